package io.macpool.gitops.check.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.yaml.YamlDocument;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Images of others that production may run though staging does not, each by its whole name with the
 * digest, and with the reason. Never those that releases run.
 */
final class ExemptImages {

  static final Path FILE = Path.of("releases/exempt-images.yaml");

  private final Optional<SourceFile> file;
  private final List<JsonNode> entries = new ArrayList<>();
  private final Set<String> used = new HashSet<>();

  private ExemptImages(Optional<SourceFile> file) {
    this.file = file;
    document().ifPresent(document -> document.content().forEach(entries::add));
  }

  /** A file that is not there exempts nothing. */
  static ExemptImages read(DeployTree tree) {
    boolean there = Files.exists(tree.root().resolve(FILE));
    return new ExemptImages(
        there ? Optional.of(DeployTree.readFile(tree.root(), FILE)) : Optional.empty());
  }

  /** Whether it is, and so is needed. */
  boolean has(String reference) {
    boolean listed =
        entries.stream().anyMatch(entry -> entry.path("image").asText().equals(reference));
    if (listed) {
      used.add(reference);
    }
    return listed;
  }

  /** What is wrong with the list, once all images of production were asked for. */
  List<Problem> problems(String rule, List<Release> releases) {
    List<Problem> problems = new ArrayList<>();
    file.flatMap(SourceFile::unreadable)
        .ifPresent(
            why ->
                problems.add(Problem.error(rule, file.get(), why.line(), why.reason(), why.fix())));
    if (document().filter(document -> !document.content().isArray()).isPresent()) {
      problems.add(
          Problem.error(
              rule, file.get(), 1, "this is no list", "Write \"- image: NAME@sha256:…\" for each"));
    }
    Set<String> ours = new HashSet<>();
    releases.forEach(release -> ours.add(release.image().repository()));
    for (int i = 0; i < entries.size(); i++) {
      int line = document().orElseThrow().lineOf("/" + i);
      fault(entries.get(i), ours)
          .ifPresent(
              fault -> problems.add(Problem.error(rule, file.get(), line, fault.why, fault.fix)));
    }
    return problems;
  }

  private record Fault(String why, String fix) {}

  private Optional<Fault> fault(JsonNode entry, Set<String> ours) {
    String image = entry.path("image").asText();
    String fault = null;
    String fix = "";
    if (!image.matches(".+@sha256:[0-9a-f]{64}")) {
      fault = "the image \"" + image + "\" has no digest";
      fix = "Write its whole name as the object has it, with @sha256: and 64 hex digits";
    } else if (entry.path("reason").asText().isBlank()) {
      fault = "nothing says why " + image + " need not run in staging";
      fix = "Add reason";
    } else if (ours.contains(image.replaceFirst("@.*", "").replaceFirst(":[^:/]*$", ""))) {
      fault = image + " is of a name that releases run, and these must run in staging first";
      fix = "Drop the entry";
    } else if (!used.contains(image)) {
      fault = "no object needs the entry of " + image;
      fix = "Drop the entry";
    }
    return fault == null ? Optional.empty() : Optional.of(new Fault(fault, fix));
  }

  private Optional<YamlDocument> document() {
    return file.filter(found -> !found.documents().isEmpty())
        .map(found -> found.documents().get(0));
  }
}
