package io.macpool.sim.vcenter.guest;

/**
 * What runs inside a powered-on virtual machine. The simulator calls it from its own threads, never
 * while it holds the inventory; each call may take as long as a guest's boot takes.
 */
public interface GuestPower {

  /** No guests: each machine merely gets the next address of 10.0.0.0/8. For tests and loads. */
  static GuestPower addressesOnly() {
    return new AddressesOnly();
  }

  /**
   * Boots the guest of the virtual machine {@code name} and returns its IPv4 address once it can be
   * reached there.
   */
  String boot(String name);

  /** Ends the guest and everything it runs; does nothing if there is none of that name. */
  void kill(String name);
}
