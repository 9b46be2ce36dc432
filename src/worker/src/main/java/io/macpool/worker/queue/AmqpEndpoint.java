package io.macpool.worker.queue;

import com.rabbitmq.client.ConnectionFactory;
import io.macpool.service.Secret;
import io.macpool.worker.script.InsecureTrust;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
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
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

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

  /**
   * A factory for connections; recovery is ours.
   *
   * @throws IllegalArgumentException with a sentence that shows no password
   */
  ConnectionFactory factory() {
    ConnectionFactory factory = new ConnectionFactory();
    try {
      factory.setUri(new URI(uri.reveal()));
      if (factory.isSSL()) {
        trust(factory);
      }
    } catch (URISyntaxException | GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException(
          "the AMQP broker's URI or certificates can't be used: " + e.getClass().getSimpleName());
    }
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
    ConnectionFactory parsed = factory();
    return parsed.getHost() + ":" + parsed.getPort() + " " + parsed.getVirtualHost();
  }

  /** Why a connection failed, and what to do about it if that can be told. */
  String explain(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException || cause instanceof CertPathBuilderException) {
        return "its certificate is not trusted (%s): let %s name a file with its authority's"
            .formatted(AmqpConnection.phrase(cause), fileSetting);
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
    context.init(null, managers.getTrustManagers(), null);
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
