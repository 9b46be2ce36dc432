package io.macpool.worker.queue;

import com.rabbitmq.client.ConnectionFactory;
import io.macpool.core.FailureWords;
import io.macpool.core.PeerUrl;
import io.macpool.service.setting.Secret;
import io.macpool.worker.script.InsecureTrust;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * One AMQP broker and how to trust it.
 *
 * @param uri with user and password: never logged
 * @param certificates PEM of the authorities to trust instead of the system's
 * @param certificateFile the same, as a file
 * @param fileSetting the setting that names this file, for messages
 * @param insecure whether its certificate is not verified at all
 */
public record AmqpEndpoint(
    Secret uri,
    Optional<String> certificates,
    Optional<String> certificateFile,
    String fileSetting,
    boolean insecure,
    Duration heartbeat) {

  /** What the JDK says of a peer that answers a TLS handshake with anything else. */
  private static final String NO_TLS = "Unsupported or unrecognized SSL message";

  /**
   * A factory for connections; recovery is ours.
   *
   * @throws IllegalArgumentException with a sentence that shows no password
   */
  ConnectionFactory factory() {
    PeerUrl peer = peer();
    ConnectionFactory factory = new GatheringConnectionFactory();
    try {
      if (peer.scheme().equals("amqps")) {
        trust(factory);
      }
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException(
          certificateFile
                  .map(file -> fileSetting + ": the certificates in " + file)
                  .orElse("the certificates for the AMQP broker")
              + " can't be used: "
              + FailureWords.of(e));
    }
    factory.setHost(peer.host());
    factory.setPort(port(peer));
    factory.setUsername(peer.user().orElse(ConnectionFactory.DEFAULT_USER));
    factory.setPassword(peer.password().orElse(ConnectionFactory.DEFAULT_PASS));
    factory.setVirtualHost(virtualHost(peer));
    factory.setRequestedHeartbeat((int) Math.min(heartbeat.toSeconds(), 65_000));
    factory.setConnectionTimeout(10_000);
    factory.setHandshakeTimeout(10_000);
    factory.setShutdownTimeout(5_000);
    factory.setChannelRpcTimeout(20_000);
    factory.setAutomaticRecoveryEnabled(false);
    factory.setTopologyRecoveryEnabled(false);
    return factory;
  }

  /** Host, port and virtual host, for logs. */
  public String place() {
    PeerUrl peer = peer();
    return peer.hostInUrl() + ":" + port(peer) + " " + virtualHost(peer);
  }

  private PeerUrl peer() {
    return PeerUrl.parse(uri.reveal(), Set.of("amqp", "amqps"));
  }

  private static int port(PeerUrl peer) {
    return peer.portOr(
        peer.scheme().equals("amqps")
            ? ConnectionFactory.DEFAULT_AMQP_OVER_SSL_PORT
            : ConnectionFactory.DEFAULT_AMQP_PORT);
  }

  /** No path, or a lone slash, is the virtual host {@code /}, as the Go worker has it. */
  private static String virtualHost(PeerUrl peer) {
    if (peer.path().length() < 2) {
      return ConnectionFactory.DEFAULT_VHOST;
    }
    if (peer.path().indexOf('/', 1) > 0) {
      throw new IllegalArgumentException(
          "has more than one / behind its host; write a / in the virtual host's name as %2F");
    }
    return PeerUrl.decode(peer.path().substring(1));
  }

  /** Why a connection failed, and what to do about it if that can be told. */
  String explain(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ExplainedTrust.Refused refused) {
        return refused.isAuthorityUnknown()
            ? "%s: let %s name a file with that authority's certificate"
                .formatted(refused.getMessage(), fileSetting)
            : String.valueOf(refused.getMessage());
      }
      if (cause instanceof CertificateException || cause instanceof CertPathBuilderException) {
        return "its certificate is not trusted (%s): let %s name a file with its authority's"
            .formatted(AmqpConnection.phrase(cause), fileSetting);
      }
      if (cause instanceof SSLException && NO_TLS.equals(cause.getMessage())) {
        return "it does not speak TLS there: look at the port, or begin the URI with amqp://";
      }
    }
    return AmqpConnection.phrase(failure);
  }

  private void trust(ConnectionFactory factory) throws GeneralSecurityException, IOException {
    if (insecure) {
      factory.useSslProtocol(InsecureTrust.context()); // as was asked for
      return;
    }
    Optional<byte[]> pem =
        certificateFile.isPresent()
            ? Optional.of(Files.readAllBytes(Path.of(certificateFile.get())))
            : certificates.map(text -> text.getBytes(StandardCharsets.US_ASCII));
    SSLContext context = SSLContext.getInstance("TLS");
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(pem.isPresent() ? store(pem.get()) : null);
    context.init(
        null,
        Arrays.stream(managers.getTrustManagers())
            .map(
                manager ->
                    manager instanceof X509ExtendedTrustManager trust
                        ? new ExplainedTrust(trust)
                        : manager)
            .toArray(TrustManager[]::new),
        null);
    factory.useSslProtocol(context);
    factory.enableHostnameVerification();
  }

  private static KeyStore store(byte[] pem) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream in = new ByteArrayInputStream(pem)) {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      int number = 0;
      for (Certificate certificate : certificates) {
        store.setCertificateEntry("ca-" + number++, certificate);
      }
    }
    return store;
  }
}
