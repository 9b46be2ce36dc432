package io.macpool.sim.amqp;

import java.util.Objects;

/** Something in a job's messages that the contract forbids. */
public record ContractViolation(Kind kind, String detail) {

  /** What is wrong. */
  public enum Kind {
    /** Counts of state updates don't grow by one. */
    STATE_GAP,
    /** The same state update twice. */
    STATE_DUPLICATE,
    /** A lower count after a higher one within one run, or a start before a receive. */
    STATE_OUT_OF_ORDER,
    /** An update after the run's finish or reset. */
    UPDATE_AFTER_END,
    /** More than one finish for the job. */
    SEVERAL_FINISHES,
    /** A state that does not go with its event. */
    STATE_UNKNOWN,
    /** A number is missing from the log. */
    LOG_GAP,
    /** The same part twice in one run. */
    LOG_DUPLICATE,
    /** Two parts of one number in one run. */
    LOG_PART_CHANGED,
    /** A lower number arrived after a higher one. */
    LOG_OUT_OF_ORDER,
    /** The job is finished and its log has no final part. */
    LOG_NOT_ENDED,
    /** A part after the final one, or text in the final one. */
    LOG_AFTER_END,
    /** More than 1,653 bytes in one part. */
    LOG_PART_TOO_LONG,
    /** The replacement character: a part split a UTF-8 sequence. */
    LOG_SPLIT_CHARACTER
  }

  public ContractViolation {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(detail, "detail");
  }
}
