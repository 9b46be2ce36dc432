package io.macpool.sandbox.brokersoak;

import io.macpool.sim.vcenter.options.MachineEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Something that was seen from outside of the broker; all by the one clock of this process. */
sealed interface Observation {

  Instant at();

  /** What it was, for a timeline. */
  String text();

  /** The instance that it is about, where it names one. */
  Optional<String> instance();

  /**
   * A client asks for an instance.
   *
   * @param call joins it with its answer
   */
  record CreateAsked(
      Instant at,
      long call,
      String client,
      String owner,
      String broker,
      String image,
      Optional<String> key,
      Optional<String> lease)
      implements Observation {
    @Override
    public String text() {
      return client
          + " asks "
          + broker
          + " for "
          + image
          + key.map(k -> ", key " + k).orElse("")
          + lease.map(l -> ", lease " + l).orElse("")
          + " (call "
          + call
          + ")";
    }

    @Override
    public Optional<String> instance() {
      return Optional.empty();
    }
  }

  /**
   * And what it is told.
   *
   * @param status of HTTP; 0: the connection was lost or the client gave up
   */
  record CreateAnswered(
      Instant at,
      long call,
      int status,
      boolean retryAfter,
      String detail,
      Optional<String> instance)
      implements Observation {
    @Override
    public String text() {
      return "call " + call + " is answered " + answer(status, retryAfter, detail);
    }
  }

  /** Any other call that came back. */
  record Answered(
      Instant at,
      String client,
      String what,
      int status,
      boolean retryAfter,
      String detail,
      Optional<String> instance)
      implements Observation {
    @Override
    public String text() {
      return client + ": " + what + " is answered " + answer(status, retryAfter, detail);
    }
  }

  /** From here on the client does not want the instance any more. */
  record DeleteAsked(Instant at, String client, String id) implements Observation {
    @Override
    public String text() {
      return client + " begins to delete it";
    }

    @Override
    public Optional<String> instance() {
      return Optional.of(id);
    }
  }

  /** A holder says, or tries to say, that it lives. */
  record LeaseSpoken(Instant at, String client, String owner, String lease, Duration lasts)
      implements Observation {
    @Override
    public String text() {
      return client + " renews lease " + lease + " for " + lasts.toSeconds() + " s";
    }

    @Override
    public Optional<String> instance() {
      return Optional.empty();
    }
  }

  /** A holder gives up all that it holds under the lease. */
  record LeaseGivenUp(Instant at, String client, String owner, String lease)
      implements Observation {
    @Override
    public String text() {
      return client + " gives up lease " + lease;
    }

    @Override
    public Optional<String> instance() {
      return Optional.empty();
    }
  }

  /** What really happened to a machine. Its instance is the name that it was made under. */
  record OnHost(MachineEvent event) implements Observation {
    @Override
    public Instant at() {
      return event.at();
    }

    @Override
    public String text() {
      return event.host()
          + ": "
          + event.kind().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ')
          + (event.by().isEmpty() ? "" : " by " + event.by())
          + " ("
          + event.ref()
          + " in "
          + event.folder()
          + (event.name().equals(event.original()) ? "" : ", named " + event.name())
          + ")";
    }

    @Override
    public Optional<String> instance() {
      return Optional.of(event.original());
    }
  }

  /** Something that was done to the system on purpose. */
  record Trouble(Instant at, String what, Optional<String> instance) implements Observation {
    @Override
    public String text() {
      return "*** " + what;
    }
  }

  /** Nothing goes wrong any more, and no client wants anything. */
  record Quiet(Instant at) implements Observation {
    @Override
    public String text() {
      return "quiet from here on";
    }

    @Override
    public Optional<String> instance() {
      return Optional.empty();
    }
  }

  /** What the ledger has of an instance at the end. */
  record LedgerRow(
      Instant at, String id, String phase, Optional<String> owner, String host, Instant changedAt)
      implements Observation {
    @Override
    public String text() {
      return "ledger at the end: "
          + phase
          + ", owner "
          + owner.orElse("none")
          + ", host "
          + host
          + ", last changed "
          + changedAt;
    }

    @Override
    public Optional<String> instance() {
      return Optional.of(id);
    }
  }

  /** A slot that is taken in the ledger at the end. */
  record LedgerSlot(Instant at, String host, int number, String holder) implements Observation {
    @Override
    public String text() {
      return "ledger at the end: holds slot " + number + " of " + host;
    }

    @Override
    public Optional<String> instance() {
      return Optional.of(holder);
    }
  }

  private static String answer(int status, boolean retryAfter, String detail) {
    return (status == 0 ? "by nothing" : Integer.toString(status))
        + (retryAfter ? " (Retry-After)" : "")
        + (detail.isEmpty() ? "" : ": " + detail);
  }
}
