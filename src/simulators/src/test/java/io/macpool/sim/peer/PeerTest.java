package io.macpool.sim.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PeerTest {

  @AfterEach
  void forget() {
    System.clearProperty("peers.required");
    System.clearProperty("peers.rabbitmq-management");
  }

  @Test
  void aPeerIsWhereThePropertySays() {
    System.setProperty("peers.rabbitmq-management", "http://127.0.0.1:15672");
    assertThat(Peer.RABBITMQ_MANAGEMENT.location()).contains("http://127.0.0.1:15672");
    System.setProperty("peers.rabbitmq-management", " ");
    assertThat(Peer.RABBITMQ_MANAGEMENT.location()).isEmpty();
  }

  @Test
  void aRequiredPeerThatIsAbsentIsAFailure() {
    System.setProperty("peers.rabbitmq-management", "");
    System.setProperty("peers.required", "vcsim,rabbitmq-management");
    assertThatThrownBy(Peer.RABBITMQ_MANAGEMENT::location)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("rabbitmq-management");
  }
}
