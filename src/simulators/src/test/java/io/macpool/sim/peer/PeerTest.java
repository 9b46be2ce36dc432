package io.macpool.sim.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PeerTest {

  private static final List<String> PROPERTIES =
      List.of("peers.required", "peers.rabbitmq-management");

  private final Map<String, String> before = new HashMap<>();

  /** This build may have been told of real peers, and be required to test them. */
  @BeforeEach
  void nothingIsTold() {
    for (String property : PROPERTIES) {
      before.put(property, System.getProperty(property));
      System.setProperty(property, "");
    }
  }

  @AfterEach
  void tellAgain() {
    before.forEach(
        (property, value) -> {
          if (value == null) {
            System.clearProperty(property);
          } else {
            System.setProperty(property, value);
          }
        });
  }

  @Test
  void aPeerIsWhereThePropertySays() {
    System.setProperty("peers.rabbitmq-management", "http://127.0.0.1:15672");
    assertThat(Peer.RABBITMQ_MANAGEMENT.find()).contains("http://127.0.0.1:15672");
    System.setProperty("peers.rabbitmq-management", " ");
    assertThat(Peer.RABBITMQ_MANAGEMENT.find()).isEmpty();
  }

  @Test
  void aRequiredPeerThatIsAbsentIsAFailure() {
    System.setProperty("peers.required", "vcsim,rabbitmq-management");
    assertThatThrownBy(Peer.RABBITMQ_MANAGEMENT::find)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("rabbitmq-management");
  }
}
