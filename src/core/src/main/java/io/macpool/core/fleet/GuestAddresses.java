package io.macpool.core.fleet;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Which of the addresses that a guest reports are worth dialling. A guest names everything that it
 * has: bridges and tunnels of its own, addresses that work on one link only, and some that it no
 * longer has.
 */
public final class GuestAddresses {

  /** How the guest judges an address. */
  public enum State {
    /** It may be used, or the guest does not say. */
    PREFERRED,
    /** It works, but is about to go. */
    DEPRECATED,
    /** It does not work: a duplicate, not assigned yet, or no longer valid. */
    UNUSABLE
  }

  /** One address of a card. */
  public record Address(String text, State state) {
    public Address {
      Objects.requireNonNull(text, "text");
      Objects.requireNonNull(state, "state");
    }
  }

  /**
   * One network card that the guest sees.
   *
   * @param device whether it is a device of the machine; false for what the guest made up itself,
   *     such as a bridge
   * @param connected whether it is plugged in
   */
  public record Card(boolean device, boolean connected, List<Address> addresses) {
    public Card {
      addresses = List.copyOf(addresses);
    }
  }

  private GuestAddresses() {}

  /**
   * The addresses to dial, the likeliest first: the guest's own choice, then those of its cards in
   * their order, deprecated ones last. None that reaches no further than the guest's own link, and
   * none of a bridge or of a card that is not plugged in.
   *
   * @param cards as the guest reports them; may be empty, as old tools report none
   * @param primary what the guest calls its address
   */
  public static List<String> dialable(List<Card> cards, Optional<String> primary) {
    List<String> preferred = new ArrayList<>();
    List<String> deprecated = new ArrayList<>();
    for (Card card : cards) {
      if (!card.device() || !card.connected()) {
        continue;
      }
      for (Address address : card.addresses()) {
        boolean own = primary.equals(Optional.of(address.text()));
        if (address.state() != State.UNUSABLE && isDialable(address.text(), own)) {
          (address.state() == State.PREFERRED ? preferred : deprecated).add(address.text());
        }
      }
    }
    Set<String> ordered = new LinkedHashSet<>();
    boolean reported = !preferred.isEmpty() || !deprecated.isEmpty();
    primary
        .map(String::strip)
        .filter(address -> isDialable(address, true))
        // With cards reported, one that no usable card has is a bridge's, or stale.
        .filter(address -> !reported || preferred.contains(address))
        .filter(address -> reported || !isOfOthers(cards, address))
        .ifPresent(ordered::add);
    ordered.addAll(preferred);
    ordered.addAll(deprecated);
    return List.copyOf(ordered);
  }

  /** An address of a bridge or of an unplugged card, or one that does not work. */
  private static boolean isOfOthers(List<Card> cards, String address) {
    return cards.stream()
        .flatMap(card -> card.addresses().stream())
        .anyMatch(reported -> reported.text().equals(address));
  }

  /**
   * Whether it may be reached from elsewhere.
   *
   * @param own whether it is the guest's own choice: then a loopback address is meant, as when
   *     guests are processes of this machine
   */
  private static boolean isDialable(String address, boolean own) {
    String text = address.toLowerCase(Locale.ROOT);
    if (text.isEmpty() || text.indexOf('%') >= 0) {
      return false;
    }
    if (text.indexOf(':') < 0) {
      return !text.startsWith("169.254.")
          && !text.startsWith("0.")
          && !text.matches("(22[4-9]|2[3-5][0-9])\\..*")
          && (own || !text.startsWith("127."));
    }
    return !text.matches("fe[89ab].*|ff.*|::")
        && (own || !text.equals("::1"))
        && !text.startsWith("::ffff:169.254.");
  }

  /**
   * The order in which to dial (RFC 8305): the first one's family first, then the families in turn,
   * each in the order given.
   */
  public static List<String> inTurn(List<String> addresses) {
    return inTurn(addresses, Function.identity());
  }

  /**
   * As {@link #inTurn(List)}, of what has an address.
   *
   * @param address of each
   */
  public static <T> List<T> inTurn(List<T> all, Function<T, String> address) {
    if (all.isEmpty()) {
      return List.of();
    }
    boolean first = isIpv6(address.apply(all.get(0)));
    List<T> one = all.stream().filter(a -> isIpv6(address.apply(a)) == first).toList();
    List<T> other = all.stream().filter(a -> isIpv6(address.apply(a)) != first).toList();
    List<T> order = new ArrayList<>();
    for (int i = 0; i < Math.max(one.size(), other.size()); i++) {
      if (i < one.size()) {
        order.add(one.get(i));
      }
      if (i < other.size()) {
        order.add(other.get(i));
      }
    }
    return List.copyOf(order);
  }

  private static boolean isIpv6(String address) {
    return address.indexOf(':') >= 0;
  }
}
