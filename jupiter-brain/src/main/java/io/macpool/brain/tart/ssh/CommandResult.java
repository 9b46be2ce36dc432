package io.macpool.brain.tart.ssh;

import java.util.Objects;

/** How a command ended; of very long output only the first part is kept. */
public record CommandResult(int code, String out, String err) {
  public CommandResult {
    Objects.requireNonNull(out, "out");
    Objects.requireNonNull(err, "err");
  }
}
