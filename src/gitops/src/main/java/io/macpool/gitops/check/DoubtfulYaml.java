package io.macpool.gitops.check;

import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.tree.Environment.Located;
import io.macpool.gitops.yaml.YamlDocument.DoubtfulScalar;
import java.util.ArrayList;
import java.util.List;

/** Words that people take for text and Kubernetes for booleans: {@code no}, {@code on}, 0755. */
final class DoubtfulYaml implements Rule {

  @Override
  public String name() {
    return "doubtful-yaml";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    for (var environment : inspection.tree().environments()) {
      for (Located at : environment.documents()) {
        for (DoubtfulScalar scalar : at.document().doubtful()) {
          problems.add(
              Problem.error(
                  name(),
                  at.file(),
                  scalar.line(),
                  "not every program that reads this file takes "
                      + scalar.text()
                      + " for the same value",
                  "Write \"" + scalar.text() + "\" for text, or true, false or a plain number"));
        }
      }
    }
    return problems;
  }
}
