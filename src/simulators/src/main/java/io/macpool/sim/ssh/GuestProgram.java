package io.macpool.sim.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * Stands in for every command of a guest, without a process: for guests by the hundreds, whose own
 * cost is not what is measured.
 */
@FunctionalInterface
public interface GuestProgram {

  /**
   * Runs, on a thread of its own.
   *
   * @param home where the guest's files lie
   * @param out what the client gets; blocks while it takes nothing
   * @return the exit status
   * @throws IOException when the client is gone
   */
  int run(String commandLine, Path home, OutputStream out) throws IOException;

  /**
   * The same for one that is talked to.
   *
   * @param in what the client sends; ends with the channel
   * @param err what the client gets beside {@code out}
   */
  default int run(String commandLine, Path home, InputStream in, OutputStream out, OutputStream err)
      throws IOException {
    return run(commandLine, home, out);
  }
}
