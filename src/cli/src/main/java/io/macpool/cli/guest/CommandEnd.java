package io.macpool.cli.guest;

/**
 * How a command in a guest came to its end.
 *
 * @param status the command's own if it ended, else nothing
 */
public record CommandEnd(How how, int status) {

  public enum How {
    ENDED,
    /** The connection was lost while it ran: nobody knows how it ended. */
    LOST,
    /** It took too long, and was ended by us. */
    TIMED_OUT
  }

  /** The connection was lost while the command ran. */
  public static final int LOST_STATUS = 126;

  /** The command took too long, as timeout(1) tells it. */
  static final int TIMED_OUT_STATUS = 124;

  /** The exit status that tells a person of it. */
  public int exitStatus() {
    return switch (how) {
      case ENDED -> status;
      case LOST -> LOST_STATUS;
      case TIMED_OUT -> TIMED_OUT_STATUS;
    };
  }
}
