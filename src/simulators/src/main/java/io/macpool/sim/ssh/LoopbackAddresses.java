package io.macpool.sim.ssh;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hands out addresses of one /16 block of 127.0.0.0/8 in turn, so that an address is used again as
 * late as possible: a client that still believes in a dead guest then meets nobody.
 */
final class LoopbackAddresses {

  private static final int BLOCK = 1 << 16;
  private static final int LAST_BLOCK = 254;

  private final int block;
  private final int first;
  private final AtomicInteger next;

  private LoopbackAddresses(int block, int first) {
    this.block = block;
    this.first = first;
    this.next = new AtomicInteger(first + 1);
  }

  static LoopbackAddresses from(String own) {
    String[] octets = own.split("\\.", -1);
    return new LoopbackAddresses(
        Integer.parseInt(octets[1]),
        Integer.parseInt(octets[2]) << 8 | Integer.parseInt(octets[3]));
  }

  /** The fleet's own address, never handed out. */
  String own() {
    return text(first);
  }

  String next() {
    while (true) {
      int candidate = Math.floorMod(next.getAndIncrement(), BLOCK);
      int last = candidate & 0xff;
      if (candidate != first && last != 0 && last != 255) {
        return text(candidate);
      }
    }
  }

  boolean hasNextBlock() {
    return block < LAST_BLOCK;
  }

  LoopbackAddresses nextBlock() {
    return new LoopbackAddresses(block + 1, first);
  }

  private String text(int number) {
    return "127." + block + "." + (number >> 8) + "." + (number & 0xff);
  }
}
