package io.macpool.sim.kubernetes;

import java.util.BitSet;

/** Loopback addresses for pods, 127.80.0.1 and on; one is used again only after a whole round. */
final class PodAddresses {

  private static final int MAX = 65_000;

  private final BitSet taken = new BitSet();
  private int next = 1;

  String take() {
    int free = taken.nextClearBit(next);
    if (free > MAX) {
      free = taken.nextClearBit(1);
    }
    taken.set(free);
    next = free + 1;
    return "127.80." + free / 250 + "." + (free % 250 + 1);
  }

  void giveBack(String address) {
    String[] parts = address.split("\\.", 4);
    taken.clear(Integer.parseInt(parts[2]) * 250 + Integer.parseInt(parts[3]) - 1);
  }
}
