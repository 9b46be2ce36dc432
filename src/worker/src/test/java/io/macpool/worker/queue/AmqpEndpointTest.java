package io.macpool.worker.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.ConnectionFactory;
import io.macpool.service.setting.Secret;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A URI that can't be used must not send the worker to localhost as guest. */
class AmqpEndpointTest {

  private static AmqpEndpoint endpoint(String uri) {
    return new AmqpEndpoint(
        new Secret(uri),
        Optional.empty(),
        Optional.empty(),
        "AMQP_TLS_CERT_PATH",
        false,
        Duration.ofSeconds(10));
  }

  @ParameterizedTest
  @CsvSource({
    "amqp://ci:p@ss@rabbit_1:5673/jobs,ci,p@ss,rabbit_1,5673,jobs",
    "amqp://ci:p%40ss@rabbit,ci,p@ss,rabbit,5672,/",
    "amqp://ci:pass@rabbit/,ci,pass,rabbit,5672,/",
    "amqp://ci:pass@rabbit/%2Fa,ci,pass,rabbit,5672,/a",
    "amqps://ci:pass@rabbit/a,ci,pass,rabbit,5671,a",
    "amqp://rabbit,guest,guest,rabbit,5672,/",
    "amqp://ci:pass@[::1]/,ci,pass,::1,5672,/"
  })
  void goesWhereItIsSent(
      String uri, String user, String password, String host, int port, String virtualHost) {
    ConnectionFactory factory = endpoint(uri).factory();
    assertThat(factory.getUsername()).isEqualTo(user);
    assertThat(factory.getPassword()).isEqualTo(password);
    assertThat(factory.getHost()).isEqualTo(host);
    assertThat(factory.getPort()).isEqualTo(port);
    assertThat(factory.getVirtualHost()).isEqualTo(virtualHost);
    assertThat(factory.isSSL()).isEqualTo(uri.startsWith("amqps"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rabbit:5672",
        "amqp://ci:sesame@",
        "amqp://ci:sesame@rabbit:port/a",
        "amqp://ci:sesame@rabbit:99999",
        "amqp://ci:5672/sesame@rabbit",
        "amqp://ci:sesame@rabbit/a/b",
        "amqp://ci:ses%zzame@rabbit"
      })
  void orSaysWhyNot(String uri) {
    assertThatThrownBy(() -> endpoint(uri).place())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("sesame");
  }
}
