package io.macpool.core.hygiene;

import java.util.Objects;

/** A step of a host's repair, with its reason for a person. */
public sealed interface HygieneAction {

  String host();

  String reason();

  /** Give it nothing new. */
  record Rest(String host, String reason) implements HygieneAction {
    public Rest {
      Objects.requireNonNull(host, "host");
      Objects.requireNonNull(reason, "reason");
    }
  }

  /** Give it nothing new, and take its warm instances away; what has an owner ends by itself. */
  record Drain(String host, String reason) implements HygieneAction {
    public Drain {
      Objects.requireNonNull(host, "host");
      Objects.requireNonNull(reason, "reason");
    }
  }

  /**
   * Have it rebooted, unless anything runs there after all.
   *
   * @param attempt 1 for the first
   */
  record AskReboot(String host, int attempt, String reason) implements HygieneAction {
    public AskReboot {
      Objects.requireNonNull(host, "host");
      Objects.requireNonNull(reason, "reason");
    }
  }

  /** Make a throw-away instance there, unless one is being made. */
  record Probe(String host, String reason) implements HygieneAction {
    public Probe {
      Objects.requireNonNull(host, "host");
      Objects.requireNonNull(reason, "reason");
    }
  }

  /** Let it have instances again. */
  record TakeBack(String host, String reason) implements HygieneAction {
    public TakeBack {
      Objects.requireNonNull(host, "host");
      Objects.requireNonNull(reason, "reason");
    }
  }

  /** Leave it as it is, though something would have to be done. */
  record Hold(String host, String reason) implements HygieneAction {
    public Hold {
      Objects.requireNonNull(host, "host");
      Objects.requireNonNull(reason, "reason");
    }
  }
}
