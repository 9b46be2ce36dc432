package io.macpool.gitops.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.yaml.ScalarText;
import io.macpool.gitops.yaml.YamlDocument;
import io.macpool.gitops.yaml.YamlReader;
import io.macpool.gitops.yaml.YamlSyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * kubectl, Helm, kustomize and SOPS read a file as we do, wherever the check has no doubt; and what
 * the commands write is that text to each of them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScalarReadersIT {

  private static final List<String> READERS = List.of("kubectl", "helm", "kustomize", "sops");
  private static final int TRIES = 500;

  /** The same samples each time. */
  private static final long SEED = 20;

  private RealTools real;

  @BeforeAll
  void start() {
    real = RealTools.start();
  }

  @AfterAll
  void end() throws Exception {
    if (real != null) {
      real.close();
    }
  }

  @Test
  void whatIsWrittenIsThatTextToEveryReader() {
    List<String> wrong = new ArrayList<>();
    texts()
        .forEach(
            text -> {
              JsonNode read = read(ScalarText.of(text) + " # a comment");
              for (String reader : READERS) {
                JsonNode value = read.path(reader).at("/data/a");
                // SOPS refuses some texts that begin with a blank and hold a line feed: aloud.
                boolean refused =
                    reader.equals("sops")
                        && read.path(reader).has("error")
                        && text.matches("(?s)\\s.*\n.*");
                if (refused) {
                  continue;
                }
                if (!value.isTextual() || !value.asText().equals(text)) {
                  wrong.add(reader + " reads " + ScalarText.of(text) + " as " + read.path(reader));
                }
              }
            });
    assertThat(wrong).isEmpty();
  }

  /** A plain scalar that the check lets pass, in the forms that numbers, dates and words have. */
  @Test
  void whatIsNotDoubtedIsReadAlike() {
    List<String> wrong = new ArrayList<>();
    scalars()
        .forEach(
            scalar ->
                undoubted(scalar)
                    .ifPresent(
                        ours -> {
                          JsonNode read = read(scalar);
                          for (String reader : READERS) {
                            JsonNode theirs = read.path(reader).at("/data/a");
                            if (!alike(ours, theirs)) {
                              wrong.add(
                                  "%s: we read %s, %s reads %s"
                                      .formatted(scalar, ours, reader, read.path(reader)));
                            }
                          }
                        }));
    assertThat(wrong).isEmpty();
  }

  private static boolean alike(JsonNode ours, JsonNode theirs) {
    if (ours.isNumber() && theirs.isNumber()) {
      return ours.decimalValue().compareTo(theirs.decimalValue()) == 0;
    }
    return ours.equals(theirs) || (ours.isNull() && theirs.isMissingNode());
  }

  /** What we read, if the check has nothing to say of it. */
  private static Optional<JsonNode> undoubted(String scalar) {
    try {
      YamlDocument document = YamlReader.read(file(scalar)).get(0);
      JsonNode value = document.content().at("/data/a");
      return document.doubtful().isEmpty() && value.isValueNode()
          ? Optional.of(value)
          : Optional.empty();
    } catch (YamlSyntaxException e) {
      return Optional.empty();
    }
  }

  private JsonNode read(String scalar) {
    return real.told(RealTools.question("yaml").put("text", file(scalar)));
  }

  private static String file(String scalar) {
    return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  a: " + scalar + "\n";
  }

  /** Without the character U+0085: kustomize takes it for a line's end, however it is spelt. */
  private static Stream<String> texts() {
    return Stream.of(
            samples("0123456789.eExXbo_+-:~", 8),
            samples(" #:-?[]{},&*!|>'\"%@`=<~\\\nab$", 8),
            samples("abz \t\r\n\u00a0\u2028\ufeff\u0001\u00e9\u4e2d", 6),
            Stream.of("", "yes", "No", "ON", "off", "y", "N", "True", "false", "Null", "nan", "😀"))
        .flatMap(Function.identity());
  }

  private static Stream<String> scalars() {
    return Stream.of(
            samples("0123456789.eExXbo_+-:~TZ", 7),
            samples("yesnoYESNOtrufalTRUFALintNIF.~", 5),
            Stream.of("null", "Null", "NULL", "true", "True", "TRUE", "0x1F", "0X1F", "-0", "-0x1"),
            Stream.of("0.0", "00", "1.", "1.10", "9007199254740993", "1__0", "<<", "2026-11-29"),
            Stream.of("190:20:30", "0b1", "-.inf", ".NaN", "=", "1e3", "0o7", "08", "09"))
        .flatMap(Function.identity());
  }

  private static Stream<String> samples(String letters, int longest) {
    Random random = new Random(SEED);
    return IntStream.range(0, TRIES)
        .mapToObj(
            i ->
                random
                    .ints(random.nextInt(longest + 1), 0, letters.length())
                    .mapToObj(letters::charAt)
                    .map(String::valueOf)
                    .collect(Collectors.joining()))
        .distinct();
  }
}
