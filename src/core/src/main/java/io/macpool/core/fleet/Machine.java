package io.macpool.core.fleet;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a provider shows of one VM.
 *
 * @param name the id of the instance that it is, if it is one: told by the record of its reference
 *     or UUID, then by its mark, and only then by what its provider calls it
 * @param ref what it is to its provider
 * @param power unknown while its provider can't reach the VM
 * @param endpoints worth dialling, the likeliest first, see {@link GuestAddresses}; empty until the
 *     guest reports
 * @param host where it is registered
 * @param bootedAt when it was last switched on, if it is on, by the ledger's clock
 * @param sign what else tells it from others
 * @param cutByReboot whether it is off and its host has booted since it was switched on
 */
public record Machine(
    String name,
    String ref,
    PowerState power,
    List<Endpoint> endpoints,
    Optional<String> host,
    Optional<Instant> bootedAt,
    Sign sign,
    boolean cutByReboot) {

  /**
   * What tells a VM from others.
   *
   * @param title what its provider calls it, which anybody may change
   * @param uuid what stays with it when its reference does not, if there is such a thing
   * @param mark what its broker wrote into it; empty while its clone is not finished
   * @param inFolder whether it lies where the broker's own machines do
   * @param reachable whether its provider can tell its state; if not, nothing about it is news
   * @param template whether it can't be switched on, as others are made from it
   */
  public record Sign(
      String title,
      Optional<String> uuid,
      Optional<Mark> mark,
      boolean inFolder,
      boolean reachable,
      boolean template) {
    public Sign {
      Objects.requireNonNull(title, "title");
      Objects.requireNonNull(uuid, "uuid");
      Objects.requireNonNull(mark, "mark");
    }

    /** Of a VM in the folder of clones of which nothing but its name is known. */
    public static Sign named(String title) {
      return new Sign(title, Optional.empty(), Optional.empty(), true, true, false);
    }
  }

  public Machine {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(ref, "ref");
    Objects.requireNonNull(power, "power");
    endpoints = List.copyOf(endpoints);
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(bootedAt, "bootedAt");
    Objects.requireNonNull(sign, "sign");
  }

  /** One of which no reboot of its host is told. */
  public Machine(
      String name,
      String ref,
      PowerState power,
      List<Endpoint> endpoints,
      Optional<String> host,
      Optional<Instant> bootedAt,
      Sign sign) {
    this(name, ref, power, endpoints, host, bootedAt, sign, false);
  }

  /** One in the folder of clones of which nothing else is known. */
  public Machine(
      String name,
      String ref,
      PowerState power,
      List<Endpoint> endpoints,
      Optional<String> host,
      Optional<Instant> bootedAt) {
    this(name, ref, power, endpoints, host, bootedAt, Sign.named(name));
  }

  /** The same while its provider can't be asked: nothing about it is news. */
  public Machine unseen() {
    return new Machine(
        name,
        ref,
        PowerState.UNKNOWN,
        endpoints,
        host,
        bootedAt,
        new Sign(sign.title, sign.uuid, sign.mark, sign.inFolder, false, sign.template));
  }

  /** The same, known as another instance. */
  public Machine as(String id) {
    return id.equals(name)
        ? this
        : new Machine(id, ref, power, endpoints, host, bootedAt, sign, cutByReboot);
  }

  /** Its addresses at the port that all guests have, which is all that old clients dial. */
  public List<String> addresses() {
    return endpoints.stream()
        .filter(endpoint -> endpoint.port().isEmpty())
        .map(Endpoint::address)
        .toList();
  }

  /** The first IPv4 address, which is the one that old clients dial. */
  public Optional<String> ipv4() {
    return addresses().stream().filter(address -> address.indexOf(':') < 0).findFirst();
  }

  /** The other ledger under which it was made, if it says so. */
  public Optional<String> foreignTo(String ledger) {
    return sign.mark().map(Mark::ledger).filter(other -> !other.equals(ledger));
  }
}
