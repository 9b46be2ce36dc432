package io.macpool.gitops.check;

import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.tree.Environment.Located;
import io.macpool.gitops.tree.Release;
import java.util.ArrayList;
import java.util.List;

/** Releases of Flux v1 do nothing in a cluster that runs Flux v2. */
final class CurrentApis implements Rule {

  @Override
  public String name() {
    return "current-apis";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    for (var environment : inspection.tree().environments()) {
      for (Located at : environment.documents()) {
        String kind = at.document().kind();
        boolean release = kind.equals("HelmRelease") || kind.equals("FluxHelmRelease");
        if (release && !at.document().apiVersion().equals(Release.API_VERSION)) {
          problems.add(
              Problem.error(
                  name(),
                  at.file(),
                  at.document().lineOf("/apiVersion"),
                  "apiVersion " + at.document().apiVersion() + " of " + kind + " is not Flux v2's",
                  "Write "
                      + Release.API_VERSION
                      + ", or convert the file with: gitops migrate "
                      + at.file().path().getParent()));
        }
      }
    }
    return problems;
  }
}
