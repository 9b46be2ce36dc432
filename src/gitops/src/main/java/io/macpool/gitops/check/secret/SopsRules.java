package io.macpool.gitops.check.secret;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.tree.TreeException;
import io.macpool.gitops.yaml.YamlDocument;
import io.macpool.gitops.yaml.YamlReader;
import io.macpool.gitops.yaml.YamlSyntaxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The {@code creation_rules} of {@code .sops.yaml}: which keys open which files. The first rule
 * whose {@code path_regex} is found in a file's path counts, as for sops itself.
 */
record SopsRules(List<JsonNode> rules) {

  /** Rules without an age key, and files that are not there, say nothing. */
  static SopsRules read(Path directory) {
    Path file = directory.resolve(".sops.yaml");
    if (!Files.exists(file)) {
      return new SopsRules(List.of());
    }
    try {
      List<YamlDocument> documents = YamlReader.read(Files.readString(file));
      List<JsonNode> rules = new ArrayList<>();
      documents.forEach(document -> document.content().path("creation_rules").forEach(rules::add));
      return new SopsRules(List.copyOf(rules));
    } catch (YamlSyntaxException e) {
      throw new TreeException(file + ":" + e.line() + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new TreeException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** The keys that a file is to be encrypted for; empty when no rule names any. */
  Optional<Set<String>> recipients(Path file) {
    for (JsonNode rule : rules) {
      String pattern = rule.path("path_regex").asText();
      if (!matches(pattern, file)) {
        continue;
      }
      Set<String> keys = new TreeSet<>();
      for (String key : rule.path("age").asText().split(",", -1)) {
        if (!key.isBlank()) {
          keys.add(key.strip());
        }
      }
      // A template that nobody has filled in yet says nothing about a Secret.
      boolean known = !keys.isEmpty() && keys.stream().noneMatch(key -> key.contains("REPLACE"));
      return known ? Optional.of(keys) : Optional.empty();
    }
    return Optional.empty();
  }

  private static boolean matches(String pattern, Path file) {
    try {
      return Pattern.compile(pattern).matcher(file.toString()).find();
    } catch (PatternSyntaxException e) {
      throw new TreeException(
          "releases/.sops.yaml: path_regex \"" + pattern + "\" is no regular expression", e);
    }
  }
}
