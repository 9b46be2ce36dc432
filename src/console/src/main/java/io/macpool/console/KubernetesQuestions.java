package io.macpool.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.broker.net.BoundedExchange;
import io.macpool.console.watch.ClusterState;
import io.macpool.service.setting.Settings;
import io.macpool.service.setting.SettingsException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Lists the operator's custom resources: two calls, nothing but reading. */
final class KubernetesQuestions {

  private static final Duration DEADLINE = Duration.ofSeconds(4);
  private static final int LONGEST_ANSWER = 16 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http;
  private final String base;
  private final Optional<Path> tokenFile;

  private KubernetesQuestions(HttpClient http, String base, Optional<Path> tokenFile) {
    this.http = http;
    this.base = base;
    this.tokenFile = tokenFile;
  }

  /**
   * Empty if no API is named.
   *
   * @throws SettingsException if what is set can't be used
   */
  static Optional<KubernetesQuestions> of(Settings settings, Executor executor) {
    return settings
        .find(ConsoleSettings.KUBERNETES_URL)
        .map(
            url -> {
              HttpClient.Builder http =
                  HttpClient.newBuilder()
                      .version(HttpClient.Version.HTTP_1_1)
                      .connectTimeout(DEADLINE)
                      .executor(executor);
              settings
                  .find(ConsoleSettings.KUBERNETES_CA_FILE)
                  .ifPresent(file -> http.sslContext(trusting(Path.of(file))));
              return new KubernetesQuestions(
                  http.build(),
                  withoutSlash(url)
                      + "/apis/travisci.com/v1alpha1/namespaces/"
                      + settings.get(ConsoleSettings.KUBERNETES_NAMESPACE),
                  settings.find(ConsoleSettings.KUBERNETES_TOKEN_FILE).map(Path::of));
            });
  }

  private static String withoutSlash(String url) {
    String trimmed = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    if (!trimmed.matches("https?://\\S+")) {
      throw new SettingsException(
          List.of(ConsoleSettings.KUBERNETES_URL.flag() + ": is no http:// or https:// URL"));
    }
    return trimmed;
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
          List.of(
              ConsoleSettings.KUBERNETES_CA_FILE.flag() + ": can't read certificates of " + file));
    }
  }

  CompletableFuture<ClusterState> ask() {
    CompletableFuture<JsonNode> clusters = list("workerclusters");
    return list("hardwarepools").thenCombine(clusters, (pools, all) -> ClusterState.of(all, pools));
  }

  private CompletableFuture<JsonNode> list(String resource) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + "/" + resource))
            .timeout(DEADLINE)
            .header("Accept", "application/json");
    tokenFile.ifPresent(file -> request.header("Authorization", "Bearer " + token(file)));
    return BoundedExchange.send(http, request.build(), LONGEST_ANSWER)
        .thenApply(
            answer -> {
              if (answer.statusCode() != 200) {
                throw new IllegalStateException(
                    "the Kubernetes API answered " + answer.statusCode() + " for " + resource);
              }
              try {
                return JSON.readTree(answer.body());
              } catch (IOException e) {
                throw new UncheckedIOException("the Kubernetes API answered no JSON", e);
              }
            });
  }

  private static String token(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the token for the Kubernetes API", e);
    }
  }
}
