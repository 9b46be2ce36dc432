package io.macpool.gitops.check.environment;

import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.tree.Environment.Located;
import java.util.ArrayList;
import java.util.List;

/** The directory, the namespace and the Terraform graph of an environment have one name. */
public final class EnvironmentNamespace implements Rule {

  @Override
  public String name() {
    return "environment-namespace";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    for (var environment : inspection.tree().environments()) {
      for (Located at : environment.documents()) {
        boolean local = at.document().apiVersion().startsWith("kustomize.config.k8s.io/");
        boolean namespace = at.document().kind().equals("Namespace");
        String pointer = namespace ? "/metadata/name" : "/metadata/namespace";
        String is = at.document().text(pointer);
        if (!local && !is.equals(environment.name())) {
          problems.add(
              Problem.error(
                  name(),
                  at.file(),
                  at.document().lineOf(pointer),
                  (namespace ? "the namespace is \"" : "metadata.namespace is \"")
                      + is
                      + "\" in the environment "
                      + environment.name(),
                  "Write " + environment.name()));
        }
      }
    }
    return problems;
  }
}
