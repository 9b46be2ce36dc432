package io.macpool.sim.vcenter.guest;

import java.util.concurrent.atomic.AtomicInteger;

/** Guests that exist by their address alone. */
final class AddressesOnly implements GuestPower {

  private static final int SECOND_OCTET_SPAN = 1 << 24;

  private final AtomicInteger next = new AtomicInteger(1);

  @Override
  public String boot(String name) {
    int number = Math.floorMod(next.getAndIncrement(), SECOND_OCTET_SPAN);
    return "10." + (number >> 16) + "." + ((number >> 8) & 0xff) + "." + (number & 0xff);
  }

  @Override
  public void kill(String name) {
    // Nothing runs.
  }
}
