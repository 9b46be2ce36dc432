package io.macpool.gitops.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Environment.Located;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.tree.TreeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is checked is what Flux fetches: the whole of charts/ and releases/, from the environment's
 * branch, and nothing else over it.
 */
final class FetchedFiles implements Rule {

  private static final Set<String> KEPT = Set.of("charts", "releases");

  @Override
  public String name() {
    return "fetched-files";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    for (Environment environment : inspection.tree().environments()) {
      for (Located source : environment.documents("GitRepository")) {
        checkSource(source, problems);
      }
    }
    for (Path ignore : ignoreFiles(inspection.tree().root())) {
      problems.add(
          Problem.error(
              name(),
              SourceFile.of(ignore, ""),
              1,
              "Flux leaves out what this file names, and the check does not",
              "Delete it; a GitRepository's spec.ignore says what is not fetched"));
    }
    return problems;
  }

  private void checkSource(Located source, List<Problem> problems) {
    for (var member : source.document().content().at("/spec/ref").properties()) {
      if (!member.getKey().equals("branch")) {
        problems.add(
            problem(
                source,
                "/spec/ref/" + member.getKey(),
                "spec.ref." + member.getKey() + " goes before the branch, which is checked",
                "Drop it"));
      }
    }
    JsonNode ignore = source.document().content().at("/spec/ignore");
    if (!ignore.isMissingNode() && !keepsAll(ignore.asText())) {
      problems.add(
          problem(
              source,
              "/spec/ignore",
              "spec.ignore may leave out files of charts/ or releases/, which are checked",
              "Write /*, !/charts/ and !/releases/, each on a line of its own"));
    }
  }

  /** Whole directories at the top may be left out; what is kept is kept whole. */
  private static boolean keepsAll(String patterns) {
    boolean charts = true;
    boolean releases = true;
    for (String line : patterns.lines().map(String::strip).toList()) {
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      switch (line) {
        case "/*" -> {
          charts = false;
          releases = false;
        }
        case "!/charts/", "!/charts" -> charts = true;
        case "!/releases/", "!/releases" -> releases = true;
        default -> {
          if (!line.matches("/[A-Za-z0-9._-]+/?") || KEPT.contains(line.replace("/", ""))) {
            return false;
          }
        }
      }
    }
    return charts && releases;
  }

  /** Where Flux looks for patterns: at the top, and in every directory that it fetches. */
  private static List<Path> ignoreFiles(Path root) {
    List<Path> found = new ArrayList<>();
    try {
      if (Files.exists(root.resolve(".sourceignore"))) {
        found.add(Path.of(".sourceignore"));
      }
      for (String directory : List.of("charts", "releases")) {
        try (Stream<Path> paths = Files.walk(root.resolve(directory))) {
          paths
              .filter(path -> path.getFileName().toString().equals(".sourceignore"))
              .map(root::relativize)
              .sorted()
              .forEach(found::add);
        }
      }
    } catch (IOException e) {
      throw new TreeException("cannot list " + root + ": " + e.getMessage(), e);
    }
    return found;
  }

  private Problem problem(Located at, String pointer, String message, String fix) {
    return Problem.error(name(), at.file(), at.document().lineOf(pointer), message, fix);
  }
}
