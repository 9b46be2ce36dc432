package io.macpool.core.runner;

import java.util.Objects;

/**
 * One runner, which takes one job and ends with it, on an instance of its own.
 *
 * @param id the same for all its life
 * @param held whether it has an instance, or may have one, or is about to
 */
public record Runner(String id, Phase phase, boolean held) {

  /** How far it is. */
  public enum Phase {
    /** Its instance is made or boots: nobody knows of it yet. */
    PREPARING,
    /** It may be given a job at any moment. */
    IDLE,
    /** It has a job. */
    BUSY,
    /**
     * It ended, and those who assign jobs have not said so yet: they may count its job still. Its
     * instance is destroyed meanwhile, or is gone.
     */
    UNSETTLED,
    /** It serves nobody any more; its instance is destroyed. */
    ENDING
  }

  public Runner {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(phase, "phase");
  }

  /** Whether it stands for a job that is assigned, or may be. */
  boolean counts() {
    return phase != Phase.ENDING;
  }
}
