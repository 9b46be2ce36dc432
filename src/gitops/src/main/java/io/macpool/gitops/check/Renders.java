package io.macpool.gitops.check;

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
        .filter(rendering -> rendering.failure().isPresent())
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
}
