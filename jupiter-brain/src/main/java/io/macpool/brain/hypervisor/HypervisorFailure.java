package io.macpool.brain.hypervisor;

/**
 * Why an operation did not end well: one of four cases that call for different answers. The
 * messages are for a person and hold no secret.
 */
public abstract sealed class HypervisorFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private HypervisorFailure(String message, Throwable cause) {
    super(message, cause);
  }

  /** A short name for metrics and error codes. */
  public abstract String kind();

  /** It can't be reached now, and nothing was done: try again later. */
  public static final class Unavailable extends HypervisorFailure {

    private static final long serialVersionUID = 1L;

    public Unavailable(String message, Throwable cause) {
      super(message, cause);
    }

    @Override
    public String kind() {
      return "unavailable";
    }
  }

  /** It answered with a fault: the operation was not, or not wholly, carried out. */
  public static final class Refused extends HypervisorFailure {

    private static final long serialVersionUID = 1L;

    private final String fault;

    /**
     * @param fault its type, such as {@code FileFault}
     */
    public Refused(String fault, String message, Throwable cause) {
      super(message, cause);
      this.fault = fault;
    }

    @Override
    public String kind() {
      return fault;
    }
  }

  /** What it was asked to work on does not exist. */
  public static final class Absent extends HypervisorFailure {

    private static final long serialVersionUID = 1L;

    public Absent(String message, Throwable cause) {
      super(message, cause);
    }

    @Override
    public String kind() {
      return "absent";
    }
  }

  /**
   * The request went out and no answer came, or its task was lost from sight: it may have been
   * carried out, or be running still. Look before asking again.
   */
  public static final class OutcomeUnknown extends HypervisorFailure {

    private static final long serialVersionUID = 1L;

    public OutcomeUnknown(String message, Throwable cause) {
      super(message, cause);
    }

    @Override
    public String kind() {
      return "outcome-unknown";
    }
  }
}
