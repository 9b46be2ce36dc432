package io.macpool.gitops.check;

import io.macpool.gitops.schema.KubernetesSchemas;
import io.macpool.gitops.schema.SchemaProblem;
import io.macpool.gitops.tree.Environment.Located;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.yaml.YamlDocument;
import java.util.ArrayList;
import java.util.List;

/** Every object, written or rendered, is one that the API server would take. */
final class ObjectSchemas implements Rule {

  @Override
  public String name() {
    return "object-schema";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    for (var environment : inspection.tree().environments()) {
      for (Located at : environment.documents()) {
        if (!SopsSecret.isEncrypted(at.document().content()) && !isLegacy(at.document())) {
          checkWritten(inspection.schemas(environment), at, problems);
        }
      }
    }
    for (var environment : inspection.tree().environments()) {
      KubernetesSchemas schemas = inspection.schemas(environment);
      for (Rendering rendering : inspection.renderings(environment)) {
        for (YamlDocument object : rendering.objects()) {
          checkRendered(schemas, rendering.release(), object, problems);
        }
      }
    }
    return problems;
  }

  private static boolean isLegacy(YamlDocument document) {
    return document.kind().endsWith("HelmRelease")
        && !document.apiVersion().equals(Release.API_VERSION);
  }

  private void checkWritten(KubernetesSchemas schemas, Located at, List<Problem> problems) {
    for (SchemaProblem found : schemas.validate(at.document().content())) {
      problems.add(
          Problem.error(
              name(),
              at.file(),
              at.document().lineOf(found.pointer()),
              at.document().kind() + " " + at.document().name() + ": " + found,
              "Write what the API of " + at.document().apiVersion() + " takes"));
    }
  }

  private void checkRendered(
      KubernetesSchemas schemas, Release release, YamlDocument object, List<Problem> problems) {
    List<SchemaProblem> found = new ArrayList<>(schemas.validate(object.content()));
    String namespace = object.text("/metadata/namespace");
    if (!namespace.isEmpty() && !namespace.equals(release.environment())) {
      found.add(
          new SchemaProblem(
              "/metadata/namespace", "is " + namespace + ", outside " + release.environment()));
    }
    for (SchemaProblem problem : found) {
      problems.add(
          Problem.error(
              name(),
              release.file(),
              release.document().lineOf("/spec/values"),
              "the rendered " + object.kind() + " " + object.name() + ": " + problem,
              "Mend the value that it is made of, or the chart " + release.chart()));
    }
  }
}
