package io.macpool.gitops.check;

import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.helm.TemplateInputs;
import io.macpool.gitops.tree.Release;
import java.util.List;

/** Flux would find out in the cluster what Helm can say here. */
final class Renders implements Rule {

  @Override
  public String name() {
    return "renders";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    return inspection.renderings().stream()
        .filter(rendering -> rendering.failure().filter(Renders::isOurs).isPresent())
        .filter(rendering -> !isLooking(inspection, rendering.release()))
        .map(
            rendering ->
                Problem.error(
                    name(),
                    rendering.release().file(),
                    rendering.release().document().lineOf("/spec/values"),
                    "Helm cannot render "
                        + rendering.release().name()
                        + ": "
                        + rendering.failure().get(),
                    "Mend the value that it names"))
        .toList();
  }

  /** What it looks at is told by {@link FollowedFields}, at its own line. */
  private static boolean isLooking(Inspection inspection, Release release) {
    TemplateInputs inputs =
        inspection.tree().chart(release).map(inspection::templateInputs).orElseThrow();
    return !inputs.looks().isEmpty() || !inputs.looksOf(release.values()).isEmpty();
  }

  /** A value that the schema refuses is told by {@link ValuesSchema}, at its own line. */
  private static boolean isOurs(String failure) {
    return !failure.contains("values don't meet the specifications of the schema");
  }
}
