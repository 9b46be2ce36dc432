package io.macpool.gitops.check;

import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rendering;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.check.secret.SopsSecret;
import io.macpool.gitops.schema.KubernetesSchemas;
import io.macpool.gitops.schema.SchemaProblem;
import io.macpool.gitops.tree.Environment.Located;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.yaml.YamlDocument;
import io.macpool.gitops.yaml.YamlReader;
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
        if (SopsSecret.isEncrypted(at.document().content())) {
          checkEncrypted(at, problems);
        } else if (!isLegacy(at.document())) {
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
    for (String member : List.of("apiVersion", "kind")) {
      if (at.document().text("/" + member).isEmpty()) {
        problems.add(
            Problem.error(
                name(),
                at.file(),
                at.document().lineOf(""),
                (at.document().kind() + " " + at.document().name()).strip()
                    + ": has no "
                    + member
                    + ", so it is no object, and Flux may leave it out without a word",
                "Write apiVersion and kind"));
        return;
      }
    }
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

  /** What the API server would say of a Secret once it is decrypted. */
  private void checkEncrypted(Located at, List<Problem> problems) {
    for (String member : List.of("data", "stringData")) {
      for (var entry : at.document().content().path(member).properties()) {
        String reason =
            !entry.getKey().matches("[-._a-zA-Z0-9]{1,253}")
                ? "is no key: letters, digits, dashes, dots and underscores only"
                : SopsSecret.isText(entry.getValue())
                    ? ""
                    : "was no text when it was encrypted, and the API takes text only";
        if (!reason.isEmpty()) {
          String pointer = "/" + member + "/" + YamlReader.escape(entry.getKey());
          problems.add(
              Problem.error(
                  name(),
                  at.file(),
                  at.document().lineOf(pointer),
                  "Secret " + at.document().name() + ": \"" + entry.getKey() + "\" " + reason,
                  "Mend it with: sops " + at.file().path()));
        }
      }
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
    // Helm counts whole numbers of a values file in floating point: from a million on a template
    // that
    // does not say "int" writes an exponent.
    object.doubtful().stream()
        .map(YamlDocument.DoubtfulScalar::text)
        .filter(text -> text.matches("-?[0-9.]+[eE][-+]?[0-9]+"))
        .forEach(text -> found.add(new SchemaProblem("", "Helm wrote a number as " + text)));
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
