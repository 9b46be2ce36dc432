package io.macpool.console.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrustedProxiesTest {

  private final TrustedProxies proxies =
      TrustedProxies.of("10.1.0.0/16, 192.0.2.7,fd00::/8", Optional.empty());

  @Test
  void theLastAddressThatIsNoProxysIsTheViewers() {
    assertThat(proxies.addressOf("10.1.2.3", List.of("203.0.113.9"))).isEqualTo("203.0.113.9");
    assertThat(proxies.addressOf("10.1.2.3", List.of("203.0.113.9, 192.0.2.7")))
        .isEqualTo("203.0.113.9");
    assertThat(proxies.addressOf("fd00::1", List.of("1.2.3.4", "203.0.113.9")))
        .as("what a viewer made up stands first")
        .isEqualTo("203.0.113.9");
    assertThat(proxies.addressOf("10.1.2.3", List.of())).isEqualTo("10.1.2.3");
    assertThat(proxies.addressOf("10.1.2.3", List.of("<script>"))).isEqualTo("10.1.2.3");
  }

  @Test
  void whoIsNoProxyIsNotBelieved() {
    assertThat(proxies.addressOf("10.2.0.1", List.of("203.0.113.9"))).isEqualTo("10.2.0.1");
    assertThat(proxies.addressOf("192.0.2.8", List.of("203.0.113.9"))).isEqualTo("192.0.2.8");
    assertThat(TrustedProxies.none().addressOf("127.0.0.1", List.of("203.0.113.9")))
        .isEqualTo("127.0.0.1");
  }

  @Test
  void whatIsNoRangeIsRefused() {
    for (String bad :
        List.of(
            "", "*", "0.0.0.0/0", "10.0.0.0/33", "proxy.example.com", "10.0.0.0/x", "fd00::/129")) {
      assertThatThrownBy(() -> TrustedProxies.of(bad, Optional.empty()))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
