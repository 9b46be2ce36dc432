package io.macpool.gitops.check;

import io.macpool.core.GoDuration;
import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Release;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Time limits of a worker and of its broker that only make sense together. */
final class TimeLimits implements Rule {

  @Override
  public String name() {
    return "time-limits";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    for (Environment environment : inspection.tree().environments()) {
      for (Release release : environment.releases()) {
        if (release.chart().equals(Chart.WORKER)) {
          String broker = release.document().text("/spec/values/jupiterBrainName");
          environment
              .release(broker)
              .ifPresent(found -> checkPair(inspection, release, found, problems));
        } else if (release.chart().equals(Chart.BROKER)) {
          checkGrace(inspection, release, problems);
        }
      }
    }
    return problems;
  }

  private void checkPair(
      Inspection inspection, Release worker, Release broker, List<Problem> problems) {
    Optional<Duration> hard = duration(inspection, worker, "/timeouts/hard");
    Optional<Duration> cutoff = duration(inspection, broker, "/janitor/cutoff");
    if (hard.isPresent() && cutoff.isPresent() && hard.get().compareTo(cutoff.get()) >= 0) {
      problems.add(
          problem(
              worker,
              "/timeouts/hard",
              "timeouts.hard "
                  + GoDuration.format(hard.get())
                  + " is not below the janitor.cutoff "
                  + GoDuration.format(cutoff.get())
                  + " of "
                  + broker.name()
                  + ", whose janitor would destroy instances with running jobs",
              "Lower it, or raise janitor.cutoff of " + broker.name()));
    }
    Optional<Duration> startup = duration(inspection, worker, "/timeouts/startup");
    Optional<Duration> request = duration(inspection, broker, "/requestTimeout");
    if (startup.isPresent() && request.isPresent() && startup.get().compareTo(request.get()) < 0) {
      problems.add(
          problem(
              worker,
              "/timeouts/startup",
              "timeouts.startup "
                  + GoDuration.format(startup.get())
                  + " is below the requestTimeout "
                  + GoDuration.format(request.get())
                  + " of "
                  + broker.name()
                  + ", so workers give up creates that still go well",
              "Raise it to that at least"));
    }
  }

  private void checkGrace(Inspection inspection, Release broker, List<Problem> problems) {
    Optional<Duration> request = duration(inspection, broker, "/requestTimeout");
    long grace = inspection.value(broker, "/terminationGracePeriodSeconds").asLong();
    if (request.isPresent() && request.get().compareTo(Duration.ofSeconds(grace)) > 0) {
      problems.add(
          problem(
              broker,
              "/requestTimeout",
              "requestTimeout "
                  + GoDuration.format(request.get())
                  + " is above terminationGracePeriodSeconds "
                  + grace
                  + ", so a rollout cuts creates off",
              "Raise terminationGracePeriodSeconds above it"));
    }
  }

  /** Empty when the value is no duration: another rule tells so. */
  private static Optional<Duration> duration(
      Inspection inspection, Release release, String pointer) {
    try {
      return Optional.of(GoDuration.parse(inspection.value(release, pointer).asText()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private Problem problem(Release release, String pointer, String message, String fix) {
    return Problem.error(
        name(), release.file(), release.document().lineOf("/spec/values" + pointer), message, fix);
  }
}
