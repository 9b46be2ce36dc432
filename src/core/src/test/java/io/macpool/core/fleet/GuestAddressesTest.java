package io.macpool.core.fleet;

import static io.macpool.core.fleet.GuestAddresses.State.DEPRECATED;
import static io.macpool.core.fleet.GuestAddresses.State.PREFERRED;
import static io.macpool.core.fleet.GuestAddresses.State.UNUSABLE;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.fleet.GuestAddresses.Address;
import io.macpool.core.fleet.GuestAddresses.Card;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GuestAddressesTest {

  private static Card card(String... addresses) {
    return new Card(
        true, true, Arrays.stream(addresses).map(a -> new Address(a, PREFERRED)).toList());
  }

  private static Card bridge(String... addresses) {
    return new Card(false, true, card(addresses).addresses());
  }

  private static List<String> dialable(String primary, Card... cards) {
    return GuestAddresses.dialable(List.of(cards), Optional.ofNullable(primary));
  }

  @Test
  void aBridgeIsNeverDialledEvenIfItIsFirst() {
    assertThat(dialable("10.0.0.7", bridge("192.168.64.1"), card("10.0.0.7")))
        .containsExactly("10.0.0.7");
    assertThat(dialable("192.168.64.1", bridge("192.168.64.1"), card("10.0.0.7")))
        .containsExactly("10.0.0.7");
    assertThat(dialable("192.168.64.1", bridge("192.168.64.1"))).isEmpty();
  }

  @Test
  void whatReachesNoFurtherThanTheLinkIsNoAddress() {
    assertThat(
            dialable(
                null,
                card(
                    "169.254.3.4",
                    "fe80::1",
                    "FEBF::1",
                    "fe80::1%en0",
                    "127.0.0.1",
                    "::1",
                    "::",
                    "0.0.0.0",
                    "224.0.0.251",
                    "ff02::fb",
                    "239.1.1.1")))
        .isEmpty();
    assertThat(dialable("169.254.3.4", card("169.254.3.4"))).isEmpty();
    assertThat(dialable(null, card("223.0.0.1", "2001:db8::1", "fd00::1", "feed::1")))
        .containsExactly("223.0.0.1", "2001:db8::1", "fd00::1", "feed::1");
  }

  @Test
  void staleOnesAreLeftOutAndDeprecatedOnesAreLast() {
    Card mixed =
        new Card(
            true,
            true,
            List.of(
                new Address("10.0.0.1", DEPRECATED),
                new Address("10.0.0.2", UNUSABLE),
                new Address("10.0.0.3", PREFERRED)));
    Card unplugged = new Card(true, false, card("10.0.0.4").addresses());
    assertThat(dialable(null, unplugged, mixed)).containsExactly("10.0.0.3", "10.0.0.1");
    assertThat(dialable("10.0.0.4", unplugged)).isEmpty();
  }

  /** Old clients dial the first IPv4 address. */
  @Test
  void theGuestsOwnChoiceIsFirst() {
    assertThat(dialable("10.0.0.2", card("10.0.0.1", "2001:db8::1"), card("10.0.0.2")))
        .containsExactly("10.0.0.2", "10.0.0.1", "2001:db8::1");
    assertThat(dialable("10.0.0.2")).containsExactly("10.0.0.2");
    assertThat(dialable("2001:db8::1", card("2001:db8::1"))).containsExactly("2001:db8::1");
    assertThat(dialable(" ")).isEmpty();
  }

  /** Guests that are processes of this machine. */
  @Test
  void aLoopbackAddressCountsIfItIsTheGuestsOwnChoice() {
    assertThat(dialable("127.9.0.1", card("127.9.0.1"))).containsExactly("127.9.0.1");
  }

  @Test
  void familiesTakeTurns() {
    assertThat(GuestAddresses.inTurn(List.of("1.1.1.1", "2.2.2.2", "::3", "3.3.3.3", "::4")))
        .containsExactly("1.1.1.1", "::3", "2.2.2.2", "::4", "3.3.3.3");
    assertThat(GuestAddresses.inTurn(List.of("::3", "1.1.1.1"))).containsExactly("::3", "1.1.1.1");
    assertThat(GuestAddresses.inTurn(List.of())).isEmpty();
  }
}
