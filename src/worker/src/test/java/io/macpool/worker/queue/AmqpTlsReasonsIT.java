package io.macpool.worker.queue;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.rabbitmq.client.ConnectionFactory;
import io.macpool.service.setting.Secret;
import io.macpool.sim.net.SelfSignedCertificate;
import io.macpool.sim.net.TcpGate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A broker's certificate that is refused: which case it is, and whose names and dates it has. */
class AmqpTlsReasonsIT {

  private static final String HINT = "TRAVIS_WORKER_AMQP_TLS_CERT_PATH";

  private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private final SelfSignedCertificate authority = SelfSignedCertificate.generate("authority", now);

  @Test
  void anotherNameIsNamed() {
    SelfSignedCertificate shown =
        SelfSignedCertificate.generateFor(List.of("rabbit.example", "mq.example"), now);
    assertThat(refusal(shown, shown))
        .contains("for rabbit.example, mq.example;")
        .contains("is not for 127.0.0.1: connect by one of its names")
        .contains("until " + now.plus(Duration.ofDays(365)))
        .doesNotContain(HINT);
  }

  @Test
  void anExpiredOneTellsSinceWhen() {
    Instant then = now.minus(Duration.ofDays(400));
    assertThat(refusal(authority.sign("rabbit", then), authority))
        .contains("for localhost, 127.0.0.1")
        .contains("valid from " + then.minus(Duration.ofDays(1)))
        .contains("until " + then.plus(Duration.ofDays(365)))
        .contains("has expired: it must be renewed")
        .doesNotContain(HINT);
  }

  @Test
  void oneOfTheFutureSendsToTheClocks() {
    assertThat(refusal(authority.sign("rabbit", now.plus(Duration.ofDays(5))), authority))
        .contains("is not valid yet: look at the clocks")
        .doesNotContain(HINT);
  }

  @Test
  void anUnknownAuthorityNamesTheSetting() {
    assertThat(refusal(authority.sign("rabbit", now), SelfSignedCertificate.generate("other", now)))
        .contains("for localhost, 127.0.0.1")
        .contains("its authority is not known here: let " + HINT + " name a file");
  }

  /** Servers show old certificates that nobody needs: they are not the reason. */
  @Test
  void anExpiredOneThatDoesNotCountIsNoReason() {
    X509Certificate own = SelfSignedCertificate.generate("own", now).certificate();
    X509Certificate old =
        SelfSignedCertificate.generateFor(List.of("old root"), now.minus(Duration.ofDays(400)))
            .certificate();
    assertThat(
            ExplainedTrust.refused(
                new X509Certificate[] {own, old},
                "rabbit",
                new CertificateException("No name matching rabbit found")))
        .hasMessageContaining("is not for rabbit")
        .hasMessageNotContaining("expired");
  }

  @Test
  void anAuthorityThatHasExpiredIsNamedToo() {
    X509Certificate own = SelfSignedCertificate.generate("own", now).certificate();
    X509Certificate old =
        SelfSignedCertificate.generateFor(List.of("authority"), now.minus(Duration.ofDays(400)))
            .certificate();
    ExplainedTrust.Refused refused =
        ExplainedTrust.refused(
            new X509Certificate[] {own, old}, "rabbit", new CertificateException("no path"));
    assertThat(refused)
        .hasMessageContaining("its authority's certificate (for authority;")
        .hasMessageContaining("has expired");
    assertThat(refused.isAuthorityUnknown()).isFalse();
  }

  @Test
  void aPortWithoutTlsIsSaidToBeOne() throws IOException {
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread answers =
          new Thread(
              () -> {
                try (var accepted = plain.accept()) {
                  accepted.getOutputStream().write("AMQP\0\0\u0009\u0001".getBytes(US_ASCII));
                  accepted.getOutputStream().flush();
                  accepted.getInputStream().readAllBytes();
                } catch (IOException e) {
                  // the client has gone
                }
              });
      answers.start();
      assertThat(refusal(endpoint(plain.getLocalPort(), Optional.empty())))
          .isEqualTo(
              "it does not speak TLS there: look at the port, or begin the URI with amqp://");
    }
  }

  private static String refusal(SelfSignedCertificate shown, SelfSignedCertificate trusted) {
    try (TcpGate gate = TcpGate.openTls("127.0.0.1", 1, shown)) {
      return refusal(endpoint(gate.port(), Optional.of(trusted.certificatePem())));
    }
  }

  private static String refusal(AmqpEndpoint endpoint) {
    ConnectionFactory factory = endpoint.factory();
    Throwable failure = catchThrowable(factory::newConnection);
    assertThat(failure).isNotNull();
    return endpoint.explain(failure);
  }

  private static AmqpEndpoint endpoint(int port, Optional<String> certificates) {
    return new AmqpEndpoint(
        new Secret("amqps://ci:sesame@127.0.0.1:" + port),
        certificates,
        Optional.empty(),
        HINT,
        false,
        Duration.ofSeconds(10));
  }
}
