package io.macpool.sandbox;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * How a run shows that it moves: one line that rewrites itself on a terminal, plain lines that only
 * say what is new elsewhere. Thread-safe.
 */
public final class Progress {

  private static final String CLEAR_LINE = "\r\u001b[2K";

  private static final List<String> STATES =
      List.of("queued", "received", "started", "reset", "passed", "failed", "errored", "cancelled");

  private final PrintStream out;
  private final boolean terminal;
  private String shown = "";

  Progress(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** Whether its line rewrites itself, so that it may change often. */
  public boolean onTerminal() {
    return terminal;
  }

  /** A line that stays. */
  public synchronized void say(String line) {
    if (terminal) {
      out.print(CLEAR_LINE);
    }
    out.println(line);
    if (terminal) {
      out.print(shown);
    }
    out.flush();
  }

  /** The present state; the line before it is overwritten on a terminal. */
  public synchronized void state(String line) {
    if (line.equals(shown)) {
      return;
    }
    shown = line;
    if (terminal) {
      out.print(CLEAR_LINE + line);
    } else {
      out.println(line);
    }
    out.flush();
  }

  /** Ends the line that rewrites itself. */
  public synchronized void end() {
    if (terminal && !shown.isEmpty()) {
      out.println();
      out.flush();
    }
    shown = "";
  }

  /** What is known of the jobs, in one line. */
  static String describe(List<JobBoard.Entry> jobs, OptionalInt instances) {
    List<String> parts = new ArrayList<>();
    parts.add(
        jobs.stream().filter(JobBoard.Entry::ended).count() + "/" + jobs.size() + " jobs ended");
    for (String state : STATES) {
      long count = jobs.stream().filter(job -> job.state().equals(state)).count();
      if (count > 0) {
        parts.add(count + " " + state);
      }
    }
    instances.ifPresent(count -> parts.add(count + " VMs"));
    return String.join(", ", parts);
  }
}
