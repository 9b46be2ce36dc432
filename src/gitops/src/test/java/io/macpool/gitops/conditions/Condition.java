package io.macpool.gitops.conditions;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.yaml.YamlReader;
import io.macpool.gitops.yaml.YamlSyntaxException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What stands in a command's way, and what it says then.
 *
 * @param when in words
 * @param given what is written into the tree first
 * @param git what the clone is: {@code full}, {@code shallow}, {@code foreign} or {@code none}
 * @param fake a fact about the cluster that the hooks' made-up kubectl knows; may be empty
 * @param words the command and its arguments; {@code hook NAME …} is a Terraform hook
 * @param stdin what the hook is told
 * @param says a part of what is said
 */
record Condition(
    String when,
    List<Given> given,
    String git,
    String fake,
    List<String> words,
    String stdin,
    int status,
    String says) {

  /** A text that is replaced, or with an empty one before it a whole file. */
  record Given(Path file, String from, String to) {}

  static List<Condition> all() throws IOException, YamlSyntaxException {
    List<Condition> conditions = new ArrayList<>();
    try (InputStream in = Condition.class.getResourceAsStream("commands.yaml")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (JsonNode row : YamlReader.read(text).get(0).content()) {
        List<Given> given = new ArrayList<>();
        for (JsonNode edit : row.path("given")) {
          given.add(
              new Given(
                  Path.of(edit.path("file").asText()),
                  edit.path("from").asText(),
                  edit.path("to").asText()));
        }
        conditions.add(
            new Condition(
                row.path("when").asText(),
                given,
                row.path("git").asText("full"),
                row.path("fake").asText(),
                List.of(row.path("do").asText().split(" ", -1)),
                row.path("stdin").asText(),
                row.path("status").asInt(),
                row.path("says").asText()));
      }
    }
    return conditions;
  }

  boolean isOfHook() {
    return words.get(0).equals("hook");
  }

  /** The name of the command, or of the hook. */
  String command() {
    return isOfHook() ? words.get(1) : words.get(0);
  }

  Optional<String> madeUp() {
    return Optional.of(fake).filter(fact -> !fact.isEmpty());
  }

  @Override
  public String toString() {
    return command() + ": " + when;
  }
}
