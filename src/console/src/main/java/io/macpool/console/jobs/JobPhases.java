package io.macpool.console.jobs;

import io.macpool.core.usage.Period;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a job's time went to, one phase after the other. */
public final class JobPhases {

  /** A part of a job's way. */
  public enum Phase {
    QUEUED("waits in the queue"),
    PLACED("waits for a Mac"),
    BOOTED("its Mac is cloned and boots"),
    PREPARED("is put onto its Mac"),
    SCRIPT("its script runs");

    private final String words;

    Phase(String words) {
      this.words = words;
    }

    /** For a person. */
    public String words() {
      return words;
    }
  }

  /** A phase that took some time. */
  public record Span(Phase phase, Period period) {}

  private JobPhases() {}

  /**
   * The phases of which both ends are known, and the one that lasts.
   *
   * @param booting when its instance was seen being made; empty if nobody saw that, as of one that
   *     was warm
   */
  public static List<Span> of(JobState job, Optional<Period> booting, Instant now) {
    List<Span> spans = new ArrayList<>();
    Optional<Instant> end = job.finished();
    add(spans, Phase.QUEUED, job.queued(), job.received(), now);
    Optional<Instant> ready = job.started().or(() -> end);
    if (booting.isPresent()) {
      Optional<Instant> from = Optional.of(booting.get().from());
      Optional<Instant> to = Optional.of(booting.get().to());
      add(spans, Phase.PLACED, job.received(), from, now);
      add(spans, Phase.BOOTED, from, to, now);
      add(spans, Phase.PREPARED, to, ready, now);
    } else {
      add(spans, Phase.PLACED, job.received(), ready, now);
    }
    if (job.started().isPresent()) {
      add(spans, Phase.SCRIPT, job.started(), end, now);
    }
    return List.copyOf(spans);
  }

  private static void add(
      List<Span> spans, Phase phase, Optional<Instant> from, Optional<Instant> to, Instant now) {
    if (from.isPresent() && from.get().isBefore(to.orElse(now))) {
      spans.add(new Span(phase, new Period(from.get(), to.orElse(now))));
    }
  }
}
