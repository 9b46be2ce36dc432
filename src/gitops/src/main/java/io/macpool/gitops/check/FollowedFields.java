package io.macpool.gitops.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Environment.Located;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.tree.ReleaseValues.Unfollowed;
import io.macpool.gitops.yaml.YamlReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What is checked is what Flux applies. Fields that change objects on the way to the cluster, and
 * that the check does not follow, are refused by name: behind them every other rule would judge
 * something that does not run.
 */
final class FollowedFields implements Rule {

  /** Of a HelmRelease: what changes its chart, its values, or what Helm rendered. */
  private static final List<String> RELEASE =
      List.of(
          "/spec/postRenderers",
          "/spec/upgrade/preserveValues",
          "/spec/chartRef",
          "/spec/chart/spec/valuesFiles",
          "/spec/chart/spec/valuesFile",
          "/spec/commonMetadata",
          "/spec/kubeConfig");

  /** Of Flux' Kustomization: what changes, adds or moves the objects of its directory. */
  private static final List<String> KUSTOMIZATION =
      List.of(
          "/spec/postBuild",
          "/spec/patches",
          "/spec/images",
          "/spec/components",
          "/spec/namePrefix",
          "/spec/nameSuffix",
          "/spec/targetNamespace",
          "/spec/commonMetadata",
          "/spec/kubeConfig");

  /** Of any object: what keeps kustomize or Flux from applying what its file says. */
  private static final List<String> ANNOTATIONS =
      List.of("config.kubernetes.io/local-config", "kustomize.toolkit.fluxcd.io/ssa");

  /** All that a kustomization.yaml may say here. */
  private static final Set<String> LIST = Set.of("apiVersion", "kind", "metadata", "resources");

  @Override
  public String name() {
    return "followed-fields";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    for (Environment environment : inspection.tree().environments()) {
      for (Located at : environment.documents()) {
        String api = at.document().apiVersion();
        if (api.startsWith("kustomize.config.k8s.io/")) {
          checkList(at, problems);
        } else if (api.startsWith("kustomize.toolkit.fluxcd.io/")) {
          refuse(at, KUSTOMIZATION, problems);
        } else if (api.equals(Release.API_VERSION)) {
          refuse(at, RELEASE, problems);
        }
        refuseAnnotations(at, problems);
        warnOfSuspension(at, problems);
      }
      for (Release release : environment.releases()) {
        for (Unfollowed source : release.unfollowed()) {
          problems.add(
              Problem.error(
                  name(),
                  release.file(),
                  release.document().lineOf(source.pointer()),
                  source.why(),
                  source.fix()));
        }
      }
    }
    problems.addAll(new FollowedTemplates(name()).check(inspection));
    return problems;
  }

  private void refuse(Located at, List<String> pointers, List<Problem> problems) {
    for (String pointer : pointers) {
      JsonNode value = at.document().content().at(pointer);
      if (!value.isMissingNode()) {
        problems.add(problem(at, pointer));
      }
    }
  }

  private void refuseAnnotations(Located at, List<Problem> problems) {
    JsonNode annotations = at.document().content().at("/metadata/annotations");
    for (String annotation : ANNOTATIONS) {
      if (annotations.has(annotation)) {
        problems.add(
            Problem.error(
                name(),
                at.file(),
                at.document().lineOf("/metadata/annotations/" + YamlReader.escape(annotation)),
                "the annotation "
                    + annotation
                    + " keeps the cluster from getting what this file says",
                "Drop it; to deploy nothing, delete the file"));
      }
    }
    JsonNode disabled = annotations.path("kustomize.toolkit.fluxcd.io/reconcile");
    if (disabled.asText().equals("disabled")) {
      problems.add(
          Problem.warning(
              name(),
              at.file(),
              at.document().lineOf("/metadata/annotations"),
              "the object is left as it is: Flux ignores what this file says",
              "Drop the annotation kustomize.toolkit.fluxcd.io/reconcile when the reason is gone"));
    }
  }

  /** Of Flux' other objects; a release's own is told by {@link SafeRollout}. */
  private void warnOfSuspension(Located at, List<Problem> problems) {
    boolean flux = at.document().apiVersion().contains(".fluxcd.io/");
    boolean release = at.document().kind().equals(Release.KIND);
    if (flux && !release && at.document().content().at("/spec/suspend").asBoolean()) {
      problems.add(
          Problem.warning(
              name(),
              at.file(),
              at.document().lineOf("/spec/suspend"),
              "the "
                  + at.document().kind()
                  + " "
                  + at.document().name()
                  + " is suspended: Flux does nothing of what it is there for",
              "Drop suspend when the reason is gone"));
    }
  }

  private void checkList(Located at, List<Problem> problems) {
    at.document()
        .content()
        .properties()
        .forEach(
            entry -> {
              if (!LIST.contains(entry.getKey())) {
                problems.add(problem(at, "/" + YamlReader.escape(entry.getKey())));
              }
            });
  }

  private Problem problem(Located at, String pointer) {
    return Problem.error(
        name(),
        at.file(),
        at.document().lineOf(pointer),
        pointer.substring(1).replace('/', '.')
            + " changes what is deployed in a way that this check does not follow",
        "Write the outcome into the files themselves, or into the chart");
  }
}
