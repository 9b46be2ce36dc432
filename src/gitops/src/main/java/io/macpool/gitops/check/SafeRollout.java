package io.macpool.gitops.check;

import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Release;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** How Flux brings a release in: it retries, rolls back, renews CRDs, and undoes drift. */
final class SafeRollout implements Rule {

  private record Expectation(String pointer, Set<String> values, String why) {}

  private static final List<Expectation> EXPECTATIONS =
      List.of(
          new Expectation(
              "/spec/chart/spec/reconcileStrategy",
              Set.of("Revision"),
              "a changed chart would not be deployed until its version changes"),
          new Expectation(
              "/spec/install/crds",
              Set.of("Create", "CreateReplace"),
              "the custom resources of the chart would be missing"),
          new Expectation(
              "/spec/upgrade/crds", Set.of("CreateReplace"), "Helm never renews CRDs by itself"),
          new Expectation(
              "/spec/upgrade/cleanupOnFail",
              Set.of("true"),
              "a failed upgrade would leave its new objects behind"),
          new Expectation(
              "/spec/upgrade/remediation/strategy",
              Set.of("rollback"),
              "a failed upgrade would not go back to what ran before"),
          new Expectation(
              "/spec/upgrade/remediation/remediateLastFailure",
              Set.of("true"),
              "the last failed try would stay"),
          new Expectation(
              "/spec/driftDetection/mode",
              Set.of("enabled"),
              "what was changed by hand in the cluster would stay"));

  @Override
  public String name() {
    return "safe-rollout";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    for (Environment environment : inspection.tree().environments()) {
      for (Release release : environment.releases()) {
        checkExpectations(release, problems);
        checkRetries(release, "/spec/install/remediation/retries", problems);
        checkRetries(release, "/spec/upgrade/remediation/retries", problems);
        checkSuspended(release, problems);
        checkTarget(environment, release, problems);
      }
    }
    return problems;
  }

  private void checkExpectations(Release release, List<Problem> problems) {
    for (Expectation expectation : EXPECTATIONS) {
      String is = release.document().text(expectation.pointer());
      if (!expectation.values().contains(is)) {
        problems.add(
            problem(
                release,
                expectation.pointer(),
                path(expectation.pointer())
                    + (is.isEmpty() ? " is missing: " : " is " + is + ": ")
                    + expectation.why(),
                "Write " + String.join(" or ", expectation.values().stream().sorted().toList())));
      }
    }
  }

  private void checkRetries(Release release, String pointer, List<Problem> problems) {
    if (release.document().content().at(pointer).asInt(0) < 1) {
      problems.add(
          problem(
              release,
              pointer,
              path(pointer) + " is not 1 or more: one hiccup would stop the release for good",
              "Write retries: 3"));
    }
  }

  private void checkSuspended(Release release, List<Problem> problems) {
    if (release.document().content().at("/spec/suspend").asBoolean()) {
      problems.add(
          Problem.warning(
              name(),
              release.file(),
              release.document().lineOf("/spec/suspend"),
              "the release is suspended: Flux ignores what this file says",
              "Drop suspend when the reason is gone"));
    }
  }

  private void checkTarget(Environment environment, Release release, List<Problem> problems) {
    String target = release.document().text("/spec/targetNamespace");
    if (!target.isEmpty() && !target.equals(environment.name())) {
      problems.add(
          problem(
              release,
              "/spec/targetNamespace",
              "spec.targetNamespace is " + target + ", outside the environment",
              "Drop it: the release goes to " + environment.name()));
    }
  }

  private static String path(String pointer) {
    return pointer.substring(1).replace('/', '.');
  }

  private Problem problem(Release release, String pointer, String message, String fix) {
    return Problem.error(name(), release.file(), release.document().lineOf(pointer), message, fix);
  }
}
