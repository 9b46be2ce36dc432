package io.macpool.sim.vcenter.fault;

import java.time.Duration;
import java.util.Objects;

/** What goes wrong with one call. */
public sealed interface FaultAction {

  /** The call fails with a SOAP fault of the type, and does nothing. */
  record Fault(String type, String message) implements FaultAction {
    public Fault {
      Objects.requireNonNull(type, "type");
      Objects.requireNonNull(message, "message");
    }
  }

  /** The task that the call starts fails with the fault when its time is over. */
  record TaskFault(String type, String message) implements FaultAction {
    public TaskFault {
      Objects.requireNonNull(type, "type");
      Objects.requireNonNull(message, "message");
    }
  }

  /** The call is carried out after a while. The client's time: no scale shortens it. */
  record Delay(Duration time) implements FaultAction {
    public Delay {
      Objects.requireNonNull(time, "time");
    }
  }

  /** The connection is dropped before anything is done. */
  record DropBefore() implements FaultAction {}

  /** The call is carried out, then the connection is dropped without an answer. */
  record DropAfter() implements FaultAction {}

  /** The caller's session has ended. */
  record ExpireSession() implements FaultAction {}

  /** No answer, ever, and nothing is done; the connection stays open. */
  record Hang() implements FaultAction {}

  /** HTTP 503 with an empty body; nothing is done. */
  record Unavailable() implements FaultAction {}

  /** HTTP 200 with a page of HTML; nothing is done. */
  record Html() implements FaultAction {}

  /** The call is carried out, half of the answer is sent, then the connection is dropped. */
  record HalfAnswer() implements FaultAction {}
}
