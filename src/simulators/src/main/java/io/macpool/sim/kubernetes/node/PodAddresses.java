package io.macpool.sim.kubernetes.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.BitSet;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loopback addresses for pods, 127.80.0.2 and on; one is used again only after a whole round.
 * Another node on the same machine, in this process or not, takes the next block: pods listen on a
 * port that is the same for all. A block is claimed by listening on its first address.
 */
final class PodAddresses implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(PodAddresses.class);
  private static final int FIRST_BLOCK = 80;
  private static final int LAST_BLOCK = 126;
  private static final int CLAIM_PORT = 9_480;
  private static final int MAX = 62_000;
  private static final int ROW = 250;

  private final int block;
  private final Optional<ServerSocket> claim;
  private final BitSet taken = new BitSet();
  private int next = 1;

  private PodAddresses(int block, Optional<ServerSocket> claim) {
    this.block = block;
    this.claim = claim;
  }

  /**
   * The addresses of the first block that nobody has.
   *
   * @throws IllegalStateException if all are taken
   */
  static PodAddresses claim() {
    for (int block = FIRST_BLOCK; block <= LAST_BLOCK; block++) {
      try {
        return new PodAddresses(block, Optional.of(listen("127." + block + ".0.1")));
      } catch (BindException e) {
        if (!String.valueOf(e.getMessage()).contains("in use")) {
          // As on macOS, where an address has to be added first: the one block that is told of.
          log.debug("no claim on block {}", block, e);
          return new PodAddresses(FIRST_BLOCK, Optional.empty());
        }
      } catch (IOException e) {
        throw new UncheckedIOException("can't claim addresses for pods", e);
      }
    }
    throw new IllegalStateException("every block of addresses for pods is taken on this machine");
  }

  private static ServerSocket listen(String address) throws IOException {
    ServerSocket socket = new ServerSocket();
    try {
      socket.bind(new InetSocketAddress(InetAddress.getByName(address), CLAIM_PORT));
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  String take() {
    int free = taken.nextClearBit(next);
    if (free > MAX) {
      free = taken.nextClearBit(1);
    }
    taken.set(free);
    next = free + 1;
    return "127." + block + "." + free / ROW + "." + (free % ROW + 1);
  }

  void giveBack(String address) {
    String[] parts = address.split("\\.", 4);
    taken.clear(Integer.parseInt(parts[2]) * ROW + Integer.parseInt(parts[3]) - 1);
  }

  /** Lets the block go. */
  @Override
  public void close() {
    claim.ifPresent(
        socket -> {
          try {
            socket.close();
          } catch (IOException e) {
            log.debug("a claim on addresses can't be closed", e);
          }
        });
  }
}
