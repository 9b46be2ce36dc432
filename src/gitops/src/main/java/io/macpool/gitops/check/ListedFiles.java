package io.macpool.gitops.check;

import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Environment.Located;
import io.macpool.gitops.tree.SourceFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** A file that kustomization.yaml does not list is never deployed, and nobody is told. */
final class ListedFiles implements Rule {

  private static final String LIST = "kustomization.yaml";

  @Override
  public String name() {
    return "listed-files";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    for (Environment environment : inspection.tree().environments()) {
      Path directory = Path.of("releases", environment.name());
      Optional<SourceFile> list =
          environment.files().stream()
              .filter(file -> file.path().equals(directory.resolve(LIST)))
              .filter(file -> !file.documents().isEmpty())
              .findFirst();
      checkNames(environment, problems);
      if (list.isPresent()) {
        checkList(environment, directory, list.get(), problems);
      } else if (!environment.files().isEmpty()) {
        problems.add(
            Problem.error(
                name(),
                environment.files().get(0),
                1,
                "releases/" + environment.name() + " has no " + LIST,
                "Add one that lists the files to deploy"));
      }
    }
    return problems;
  }

  private void checkList(
      Environment environment, Path directory, SourceFile list, List<Problem> problems) {
    if (list.documents().size() > 1) {
      problems.add(
          Problem.error(
              name(),
              list,
              list.documents().get(1).lineOf(""),
              "kustomize reads one document of this file",
              "Move what stands here into a file of its own, and list it"));
    }
    Set<Path> listed = new HashSet<>();
    var resources = list.documents().get(0).content().path("resources");
    for (int i = 0; i < resources.size(); i++) {
      Path path = directory.resolve(resources.path(i).asText()).normalize();
      int line = list.documents().get(0).lineOf("/resources/" + i);
      if (environment.files().stream().noneMatch(file -> file.path().equals(path))) {
        problems.add(
            Problem.error(
                name(), list, line, "no file " + path, "Drop the entry, or add the file"));
      }
      if (!listed.add(path)) {
        problems.add(
            Problem.error(name(), list, line, path + " is listed twice", "Drop one entry"));
      }
    }
    for (SourceFile file : environment.files()) {
      boolean elsewhere = hasKustomization(environment, parent(file));
      if (elsewhere && listed.contains(file.path())) {
        problems.add(
            Problem.error(
                name(),
                list,
                list.documents().get(0).lineOf("/resources"),
                file.path() + " is deployed twice: a Kustomization has its whole directory",
                "Drop the entry"));
      }
      boolean deployed =
          listed.contains(file.path()) || file.path().equals(list.path()) || elsewhere;
      if (!deployed) {
        problems.add(
            Problem.error(
                name(),
                file,
                1,
                "the file is not listed in " + list.path() + ", so Flux does not deploy it",
                "Add \"- " + directory.relativize(file.path()) + "\" to its resources"));
      }
    }
  }

  /** What kustomize would take for the list of a directory instead of all of its files. */
  private void checkNames(Environment environment, List<Problem> problems) {
    Path own = Path.of("releases", environment.name(), LIST);
    for (SourceFile file : environment.files()) {
      if (file.stem().equalsIgnoreCase("kustomization") && !file.path().equals(own)) {
        problems.add(
            Problem.error(
                name(),
                file,
                1,
                "kustomize takes this for the list of what is deployed from " + parent(file),
                "Drop it: " + LIST + " of the environment is the only list"));
      }
    }
  }

  private static Path parent(SourceFile file) {
    return Objects.requireNonNull(file.path().getParent(), "it is in an environment's directory");
  }

  /** Whether a Kustomization of Flux deploys the whole directory, one below the environment's. */
  private static boolean hasKustomization(Environment environment, Path directory) {
    if (directory.equals(Path.of("releases", environment.name()))) {
      return false;
    }
    for (Located at : environment.documents("Kustomization")) {
      if (Path.of(at.document().text("/spec/path")).normalize().equals(directory)) {
        return true;
      }
    }
    return false;
  }
}
