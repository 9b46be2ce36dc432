package io.macpool.gitops.check;

import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.SourceFile;
import java.util.ArrayList;
import java.util.List;

/**
 * A file that cannot be read, or that readers take for different things, makes Flux hold the whole
 * environment where it is.
 */
final class ReadableYaml implements Rule {

  @Override
  public String name() {
    return "readable-yaml";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    for (Environment environment : inspection.tree().environments()) {
      for (SourceFile file : environment.files()) {
        file.unreadable()
            .ifPresent(
                unreadable ->
                    problems.add(
                        Problem.error(
                            name(),
                            file,
                            unreadable.line(),
                            unreadable.reason(),
                            unreadable.fix())));
        if (file.unreadable().isEmpty() && file.documents().isEmpty()) {
          problems.add(
              Problem.error(name(), file, 1, "the file is empty", "Fill it, or delete it"));
        }
      }
    }
    return problems;
  }
}
