package io.macpool.gitops.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.yaml.YamlReader;
import io.macpool.gitops.yaml.YamlSyntaxException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An entry of spoilt-files.yaml: an edit of one file, and what must come of it.
 *
 * @param when the condition in words
 * @param at a text on the line that the problem must name
 * @param says a part of what is said
 */
public record SpoiltFile(
    String rule, String when, Path file, String from, String to, String at, String says) {

  public static List<SpoiltFile> all() throws IOException, YamlSyntaxException {
    try (InputStream in = SpoiltFile.class.getResourceAsStream("spoilt-files.yaml")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      List<SpoiltFile> all = new ArrayList<>();
      for (JsonNode entry : YamlReader.read(text).get(0).content()) {
        all.add(
            new SpoiltFile(
                entry.path("rule").asText(),
                entry.path("when").asText(),
                Path.of("releases", entry.path("file").asText()),
                entry.path("from").asText(),
                entry.path("to").asText(),
                entry.path("at").asText(),
                entry.path("says").asText()));
      }
      return all;
    }
  }

  String environment() {
    return file.getName(1).toString();
  }

  @Override
  public String toString() {
    return rule + ": " + when;
  }
}
