package io.macpool.gitops.check.environment;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Environment.Located;
import io.macpool.gitops.tree.SourceFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Flux finds this environment, and only this one: branch, path, and every reference in it. */
public final class EnvironmentWiring implements Rule {

  /** Where objects name others of the same environment, and of which kind those are. */
  private static final Map<String, List<String>> REFERENCES =
      Map.of(
          "HelmRelease", List.of("/spec/chart/spec/sourceRef"),
          "Kustomization", List.of("/spec/sourceRef"),
          "ImageUpdateAutomation", List.of("/spec/sourceRef"),
          "Alert", List.of("/spec/providerRef"));

  @Override
  public String name() {
    return "environment-wiring";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    for (Environment environment : inspection.tree().environments()) {
      if (!environment.files().isEmpty()) {
        checkBranch(environment, problems);
        checkKustomizations(inspection, environment, problems);
        checkReferences(environment, problems);
        checkCycles(environment, problems);
        checkAlert(environment, problems);
      }
    }
    return problems;
  }

  private void checkBranch(Environment environment, List<Problem> problems) {
    List<Located> sources = environment.documents("GitRepository");
    if (sources.isEmpty()) {
      problems.add(missing(environment, "GitRepository"));
    }
    for (Located source : sources) {
      String branch = source.document().text("/spec/ref/branch");
      if (!branch.equals(environment.branch())) {
        problems.add(
            problem(
                source,
                "/spec/ref",
                environment.name() + " would deploy the branch \"" + branch + "\"",
                "Write branch: " + environment.branch()));
      }
    }
  }

  private void checkKustomizations(
      Inspection inspection, Environment environment, List<Problem> problems) {
    String wanted = "./releases/" + environment.name();
    Optional<Located> main =
        environment.documents("Kustomization").stream()
            .filter(at -> at.document().name().equals(environment.name()))
            .findFirst();
    if (main.isEmpty()) {
      problems.add(missing(environment, "Kustomization named " + environment.name()));
    }
    for (Located at : environment.documents("Kustomization")) {
      if (at.document().apiVersion().startsWith("kustomize.config.k8s.io/")) {
        continue;
      }
      String path = at.document().text("/spec/path");
      boolean own = at.document().name().equals(environment.name());
      boolean inside = own ? path.equals(wanted) : path.startsWith(wanted + "/");
      Path directory = inspection.tree().root().resolve(path).normalize();
      if (!inside || !Files.isDirectory(directory)) {
        problems.add(
            problem(
                at,
                "/spec/path",
                "the Kustomization " + at.document().name() + " deploys \"" + path + "\"",
                "Write path: " + wanted + (own ? "" : "/… that exists")));
      }
      if (!at.document().content().at("/spec/prune").asBoolean()) {
        problems.add(
            problem(
                at,
                "/spec/prune",
                "what is deleted in Git would live on in the cluster",
                "Write prune: true"));
      }
      if ((own || holdsSecret(environment, Path.of(path)))
          && !at.document().text("/spec/decryption/provider").equals("sops")) {
        problems.add(
            problem(
                at,
                "/spec/decryption",
                "encrypted Secrets would be applied as they are",
                "Write decryption: provider: sops"));
      }
    }
  }

  /** Whether a Kustomization of that path would have to decrypt something. */
  private static boolean holdsSecret(Environment environment, Path path) {
    return environment.documents("Secret").stream()
        .anyMatch(at -> at.file().path().startsWith(path.normalize()));
  }

  private void checkCycles(Environment environment, List<Problem> problems) {
    Map<String, List<String>> waitsFor = new HashMap<>();
    Map<String, Located> places = new HashMap<>();
    for (Located at : environment.documents("Kustomization")) {
      List<String> names = new ArrayList<>();
      at.document()
          .content()
          .at("/spec/dependsOn")
          .forEach(entry -> names.add(entry.path("name").asText()));
      waitsFor.put(at.document().name(), names);
      places.put(at.document().name(), at);
    }
    Cycles.of(waitsFor)
        .forEach(
            (name, way) ->
                problems.add(
                    problem(
                        Objects.requireNonNull(places.get(name), "who waits has its place"),
                        "/spec/dependsOn",
                        "Kustomizations wait for each other: " + String.join(" → ", way),
                        "Drop one of the entries")));
  }

  private void checkReferences(Environment environment, List<Problem> problems) {
    for (Located at : environment.documents()) {
      for (String pointer : REFERENCES.getOrDefault(at.document().kind(), List.of())) {
        JsonNode reference = at.document().content().at(pointer);
        String kind = reference.path("kind").asText("Provider");
        checkReference(environment, at, pointer, kind, reference, problems);
      }
      if (at.document().kind().equals("Kustomization")) {
        checkAll(environment, at, "/spec/dependsOn", "Kustomization", problems);
        checkAll(environment, at, "/spec/healthChecks", "HelmRelease", problems);
      }
      if (at.document().kind().equals("Alert")) {
        checkAll(environment, at, "/spec/eventSources", "HelmRelease", problems);
      }
      if (at.document().kind().equals("Receiver")) {
        checkAll(environment, at, "/spec/resources", "GitRepository", problems);
      }
    }
  }

  private void checkAll(
      Environment environment,
      Located at,
      String pointer,
      String defaultKind,
      List<Problem> problems) {
    JsonNode list = at.document().content().at(pointer);
    for (int i = 0; i < list.size(); i++) {
      String kind = list.path(i).path("kind").asText(defaultKind);
      checkReference(environment, at, pointer + "/" + i, kind, list.path(i), problems);
    }
  }

  private void checkReference(
      Environment environment,
      Located at,
      String pointer,
      String kind,
      JsonNode reference,
      List<Problem> problems) {
    if (at.document().apiVersion().startsWith("kustomize.config.k8s.io/")) {
      return;
    }
    String namespace = reference.path("namespace").asText(environment.name());
    String target = reference.path("name").asText();
    String version = reference.path("apiVersion").asText();
    boolean found =
        namespace.equals(environment.name())
            && environment.documents(kind).stream()
                .map(Located::document)
                .filter(other -> version.isEmpty() || other.apiVersion().equals(version))
                .anyMatch(other -> target.equals("*") || other.name().equals(target));
    if (!found) {
      problems.add(
          problem(
              at,
              pointer,
              at.document().kind()
                  + " "
                  + at.document().name()
                  + " names the "
                  + kind
                  + " \""
                  + target
                  + "\", which "
                  + environment.name()
                  + " does not have",
              "Name one of this environment, or add it"));
    }
  }

  private void checkAlert(Environment environment, List<Problem> problems) {
    boolean heard =
        environment.documents("Alert").stream()
            .flatMap(
                at -> {
                  List<JsonNode> sources = new ArrayList<>();
                  at.document().content().at("/spec/eventSources").forEach(sources::add);
                  return sources.stream();
                })
            .anyMatch(
                source ->
                    source.path("kind").asText().equals("HelmRelease")
                        && source.path("name").asText().equals("*"));
    if (!heard) {
      problems.add(missing(environment, "Alert on every HelmRelease"));
    }
  }

  private Problem missing(Environment environment, String what) {
    SourceFile file =
        environment.files().stream()
            .filter(candidate -> candidate.fileName().equals("environment.yaml"))
            .findFirst()
            .orElse(environment.files().get(0));
    return Problem.error(
        name(),
        file,
        1,
        environment.name() + " has no " + what,
        "Add it, as in another environment's files");
  }

  private Problem problem(Located at, String pointer, String message, String fix) {
    return Problem.error(name(), at.file(), at.document().lineOf(pointer), message, fix);
  }
}
