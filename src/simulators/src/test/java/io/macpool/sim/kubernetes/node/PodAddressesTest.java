package io.macpool.sim.kubernetes.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PodAddressesTest {

  @Test
  void twoNodesNeverGiveTheSameAddressWhileBothAreOpen() {
    try (PodAddresses one = PodAddresses.claim();
        PodAddresses other = PodAddresses.claim()) {
      Set<String> addresses = new HashSet<>();
      for (int i = 0; i < 600; i++) {
        assertThat(addresses.add(one.take())).isTrue();
        assertThat(addresses.add(other.take())).isTrue();
      }
      assertThat(addresses)
          .allMatch(
              address ->
                  address.matches("127\\.\\d+\\.\\d+\\.([1-9]|[1-9]\\d|1\\d\\d|2[0-4]\\d|250)"))
          .noneMatch(address -> address.endsWith(".0.1"));
    }
  }

  @Test
  void anAddressGivenBackIsUsedAgainOnlyAfterTheOthers() {
    try (PodAddresses addresses = PodAddresses.claim()) {
      String first = addresses.take();
      addresses.giveBack(first);
      assertThat(addresses.take()).isNotEqualTo(first);
    }
  }
}
