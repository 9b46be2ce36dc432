package io.macpool.core.forecast;

import io.macpool.core.pool.Stall;
import java.time.Instant;
import java.util.Objects;

/** Why a job waits, or why nobody can say for how long. */
public sealed interface WaitReason {

  /** One sentence for a person, without a full stop. */
  String words();

  /** It need not wait. */
  record SlotIsFree() implements WaitReason {
    @Override
    public String words() {
      return "a slot is free";
    }
  }

  /** As many jobs run as may. */
  record AtItsLimit(int limit) implements WaitReason {
    @Override
    public String words() {
      return "the queue is at its limit of " + jobs(limit);
    }
  }

  /** The queue wants more than its share of slots that do not suffice for all. */
  record ShareOfPool(int share, int wanted) implements WaitReason {
    @Override
    public String words() {
      return "its share of the pool is " + share + " of the " + wanted + " slots that it wants";
    }
  }

  /** Slots of this queue are on hosts that take nothing new. */
  record HostsDrained(int hosts) implements WaitReason {
    @Override
    public String words() {
      return hosts == 1
          ? "1 host is drained and takes nothing new"
          : hosts + " hosts are drained and take nothing new";
    }
  }

  /** There is nothing to boot. */
  record ImageMissing(String image) implements WaitReason {
    public ImageMissing {
      Objects.requireNonNull(image, "image");
    }

    @Override
    public String words() {
      return "the image " + image + " is missing or unusable";
    }
  }

  /** Not one job of the queue may run. */
  record NoneMayRun(Stall why) implements WaitReason {
    public NoneMayRun {
      Objects.requireNonNull(why, "why");
    }

    @Override
    public String words() {
      return switch (why) {
        case PAUSED -> "a person paused the queue's workers";
        case MAX_JOBS_IS_ZERO -> "a person allows it no job at all";
        case NO_SLOTS -> "its share of the pool is no slot at all";
        case SLOTS_UNKNOWN -> "nobody knows how many slots there are";
        case LIMIT_IS_ZERO -> "its limit is still 0";
      };
    }
  }

  /** The queue can't be read. */
  record QueueUnknown(String cause, Instant since) implements WaitReason {
    public QueueUnknown {
      Objects.requireNonNull(cause, "cause");
      Objects.requireNonNull(since, "since");
    }

    @Override
    public String words() {
      return "the queue is unknown since " + since + ": " + cause;
    }
  }

  /** Too few jobs have ended to tell how long one runs. */
  record TooFewRunTimes(int known, int needed) implements WaitReason {
    @Override
    public String words() {
      return "only " + known + " of the " + needed + " run times are known that a forecast needs";
    }
  }

  private static String jobs(int count) {
    return count == 1 ? "1 job" : count + " jobs";
  }
}
