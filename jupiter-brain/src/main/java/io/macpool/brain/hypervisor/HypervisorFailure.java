package io.macpool.brain.hypervisor;

import io.macpool.core.fleet.fault.FailureScope;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Why an operation did not end well: one of four cases that call for different answers. The
 * messages are for a person and hold no secret.
 */
public abstract sealed class HypervisorFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private HypervisorFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** A short name for metrics and error codes. */
  public abstract String kind();

  /** To what it belongs, as far as it tells by itself. */
  public abstract FailureScope scope();

  /** Whether it is certain that nothing was begun: what was asked for neither exists nor will. */
  public abstract boolean nothingWasDone();

  /** It can't be reached now, and nothing was done: try again later. */
  public static final class Unavailable extends HypervisorFailure {

    private static final long serialVersionUID = 1L;

    public Unavailable(String message, @Nullable Throwable cause) {
      super(message, cause);
    }

    @Override
    public String kind() {
      return "unavailable";
    }

    @Override
    public FailureScope scope() {
      return FailureScope.NETWORK;
    }

    @Override
    public boolean nothingWasDone() {
      return true;
    }
  }

  /** It answered with a fault: the operation was not, or not wholly, carried out. */
  public static final class Refused extends HypervisorFailure {

    /** There is a machine of that name already. */
    public static final String NAME_TAKEN = "DuplicateName";

    /** The machine is on and should be off, or the other way round. */
    public static final String WRONG_POWER = "InvalidPowerState";

    private static final long serialVersionUID = 1L;

    private final String fault;
    private final FailureScope scope;
    private final boolean begun;

    /** One that does not tell by itself to what it belongs, and may have left something behind. */
    public Refused(String fault, String message, @Nullable Throwable cause) {
      this(fault, FailureScope.UNCLEAR, true, message, cause);
    }

    /**
     * @param fault its type, such as {@code FileFault}
     * @param begun whether a task had begun, and so may have left something behind
     */
    public Refused(
        String fault,
        FailureScope scope,
        boolean begun,
        String message,
        @Nullable Throwable cause) {
      super(message, cause);
      this.fault = Objects.requireNonNull(fault, "fault");
      this.scope = Objects.requireNonNull(scope, "scope");
      this.begun = begun;
    }

    @Override
    public String kind() {
      return fault;
    }

    @Override
    public FailureScope scope() {
      return scope;
    }

    @Override
    public boolean nothingWasDone() {
      return !begun;
    }
  }

  /** What it was asked to work on does not exist. */
  public static final class Absent extends HypervisorFailure {

    private static final long serialVersionUID = 1L;

    public Absent(String message, @Nullable Throwable cause) {
      super(message, cause);
    }

    @Override
    public String kind() {
      return "absent";
    }

    @Override
    public FailureScope scope() {
      return FailureScope.UNCLEAR;
    }

    @Override
    public boolean nothingWasDone() {
      return false;
    }
  }

  /**
   * The request went out and no answer came, or its task was lost from sight: it may have been
   * carried out, or be running still. Look before asking again.
   */
  public static final class OutcomeUnknown extends HypervisorFailure {

    private static final long serialVersionUID = 1L;

    public OutcomeUnknown(String message, @Nullable Throwable cause) {
      super(message, cause);
    }

    @Override
    public String kind() {
      return "outcome-unknown";
    }

    @Override
    public FailureScope scope() {
      return FailureScope.UNCLEAR;
    }

    @Override
    public boolean nothingWasDone() {
      return false;
    }
  }
}
