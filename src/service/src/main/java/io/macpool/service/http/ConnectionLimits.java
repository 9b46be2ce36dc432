package io.macpool.service.http;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Objects;

/**
 * What the peers of one server may hold of it. A peer is a stranger until somebody vouches for it
 * with {@link HttpListener#trust}.
 *
 * @param connections at a time, whoever has them
 * @param strangers connections of strangers at a time: the one that has been silent for longest
 *     makes room for the next
 * @param silence the longest that a stranger may say nothing, or that a request's head or body may
 *     take to arrive
 * @param idle the longest that nothing at all may be sent on a connection, while an answer is
 *     waited for too
 */
public record ConnectionLimits(int connections, int strangers, Duration silence, Duration idle) {

  private static final int MOST = 4096;
  private static final int WHERE_UNKNOWN = 1024;

  public ConnectionLimits {
    Objects.requireNonNull(silence, "silence");
    Objects.requireNonNull(idle, "idle");
    if (strangers < 1 || connections < strangers) {
      throw new IllegalArgumentException("no room for strangers: nobody could come in");
    }
  }

  /** For health and metrics: few connections, all of strangers. */
  public static ConnectionLimits forAdministration() {
    return new ConnectionLimits(64, 64, Duration.ofSeconds(10), Duration.ofSeconds(30));
  }

  /**
   * For clients: half of the process's file handles at most, as the other half is for what it calls
   * itself; strangers have a quarter of that.
   *
   * @param longestAnswer how long an answer may take
   */
  public static ConnectionLimits forClients(Duration longestAnswer) {
    long handles =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getMaxFileDescriptorCount()
            : WHERE_UNKNOWN;
    int connections = (int) Math.max(64, Math.min(MOST, handles / 2));
    return new ConnectionLimits(
        connections, connections / 4, Duration.ofSeconds(10), longestAnswer.plusSeconds(60));
  }
}
