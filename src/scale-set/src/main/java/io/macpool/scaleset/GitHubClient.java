package io.macpool.scaleset;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.macpool.core.PeerUrl;
import io.macpool.scaleset.github.GitHubWay;
import io.macpool.scaleset.github.Identity;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Settings;
import io.macpool.service.setting.SettingsException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The way to GitHub, and who we are there, by the settings. */
final class GitHubClient {

  private static final Duration CONNECTS = Duration.ofSeconds(10);
  private static final int HTTP_PORT = 80;

  private GitHubClient() {}

  /**
   * One identity, and not both.
   *
   * @throws SettingsException that says what is missing
   */
  static Identity identity(Settings settings) {
    Optional<String> token = settings.find(ScaleSetSettings.GITHUB_TOKEN_FILE);
    Optional<String> app = settings.find(ScaleSetSettings.GITHUB_APP_ID);
    Optional<Long> installation = settings.find(ScaleSetSettings.GITHUB_APP_INSTALLATION);
    Optional<String> key = settings.find(ScaleSetSettings.GITHUB_APP_KEY_FILE);
    boolean anyOfApp = app.isPresent() || installation.isPresent() || key.isPresent();
    boolean allOfApp = app.isPresent() && installation.isPresent() && key.isPresent();
    if (token.isPresent() == anyOfApp || (anyOfApp && !allOfApp)) {
      throw new SettingsException(
          List.of(
              "set either --github-token-file, or all of --github-app-id,"
                  + " --github-app-installation and --github-app-key-file"));
    }
    return token.isPresent()
        ? new Identity.PersonalToken(Path.of(token.get()))
        : new Identity.App(app.get(), installation.get(), Path.of(key.get()));
  }

  /**
   * An HTTP client, and the proxy's login.
   *
   * @throws SettingsException if the proxy or the authorities can't be used
   */
  static GitHubWay way(Settings settings, Executor executor) {
    HttpClient.Builder http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECTS)
            .executor(executor);
    Optional<PeerUrl> proxy = settings.find(ScaleSetSettings.PROXY).map(GitHubClient::proxy);
    proxy.ifPresent(
        url ->
            http.proxy(
                ProxySelector.of(
                    InetSocketAddress.createUnresolved(url.host(), url.portOr(HTTP_PORT)))));
    settings
        .find(ScaleSetSettings.GITHUB_CA_FILE)
        .ifPresent(file -> http.sslContext(trusting(Path.of(file))));
    return new GitHubWay(http.build(), proxy.flatMap(GitHubClient::login));
  }

  private static Optional<Secret> login(PeerUrl proxy) {
    return proxy
        .user()
        .map(user -> user + ":" + proxy.password().orElse(""))
        .map(login -> Base64.getEncoder().encodeToString(login.getBytes(UTF_8)))
        .map(encoded -> new Secret("Basic " + encoded));
  }

  private static PeerUrl proxy(Secret url) {
    try {
      return PeerUrl.parse(url.reveal(), Set.of("http"));
    } catch (IllegalArgumentException e) {
      throw new SettingsException(List.of(ScaleSetSettings.PROXY.flag() + ": " + e.getMessage()));
    }
  }

  private static SSLContext trusting(Path file) {
    try (InputStream pem = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        store.setCertificateEntry("authority-" + number, each);
        number++;
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new SettingsException(
          List.of(ScaleSetSettings.GITHUB_CA_FILE.flag() + ": can't read certificates of " + file));
    }
  }
}
