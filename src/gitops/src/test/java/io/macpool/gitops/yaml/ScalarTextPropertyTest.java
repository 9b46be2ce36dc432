package io.macpool.gitops.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.yaml.snakeyaml.Yaml;

/** Text that a command writes is that text to every reader: YAML 1.1 and 1.2, block and flow. */
class ScalarTextPropertyTest {

  private static final YAMLMapper JACKSON = new YAMLMapper();

  @Property(tries = 20_000)
  void everyReaderReadsTheTextThatWasMeant(@ForAll("texts") String text) throws Exception {
    assertReadAlike(text);
  }

  @Example
  void trapsOfTheField() throws Exception {
    for (String text :
        new String[] {
          "",
          " ",
          "yes",
          "NO",
          "~",
          "null",
          "08",
          "0x1F",
          "0362525",
          "12e4",
          "1.10",
          "0b11",
          "1:30",
          "2026-11-29",
          "builds.a #b",
          "a: b",
          "a:",
          "- a",
          "<<",
          "=",
          ".inf",
          ".5",
          "+1",
          "-1",
          "1_0",
          "{a}",
          "[a]",
          "*a",
          "&a",
          "!a",
          "%a",
          "@a",
          "`a",
          "'",
          "\"",
          "a\\b",
          "a\nb",
          "a\r\nb",
          "\t",
          "#a",
          "a#",
          "\u0085",
          "\u2028",
          "\ufeff",
          "\u0000",
          "😀",
          "?",
          "a\u00a0b",
          "Infinity",
          "NaN"
        }) {
      assertReadAlike(text);
    }
  }

  @Example
  void aWordOrAPathStaysPlain() {
    for (String text :
        new String[] {"worker-com", "v1.2.3", "./charts/x-1.0.0", "a/b:c", "builds.x"}) {
      assertThat(ScalarText.of(text)).isEqualTo(text);
    }
  }

  private static void assertReadAlike(String text) throws IOException, YamlSyntaxException {
    String scalar = ScalarText.of(text);
    String block = "a: " + scalar + " # comment\nb: 1\n";
    assertThat(scalar).doesNotContain("\n", "\r");
    YamlDocument document = YamlReader.read(block).get(0);
    assertThat(document.content().get("a").isTextual()).as(block).isTrue();
    assertThat(document.text("/a")).isEqualTo(text);
    assertThat(document.doubtful()).as(block).isEmpty();
    Object loaded = new Yaml().<Map<String, Object>>load(block).get("a");
    assertThat(loaded).as(block).isEqualTo(text);
    assertThat(JACKSON.readTree(block).get("a").textValue()).as(block).isEqualTo(text);
    assertThat(YamlReader.read("- " + scalar + "\n").get(0).text("/0")).isEqualTo(text);
  }

  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> numbers =
        Arbitraries.strings().withChars("0123456789.eExXbo_+-:~").ofMaxLength(8);
    Arbitrary<String> signs =
        Arbitraries.strings().withChars(" #:-?[]{},&*!|>'\"%@`=<~\\\nab").ofMaxLength(8);
    Arbitrary<String> words =
        Arbitraries.of("yes", "No", "ON", "off", "y", "N", "True", "false", "Null", "nan", ".Inf");
    Arbitrary<String> any =
        Arbitraries.strings().all().ofMaxLength(12).filter(ScalarTextPropertyTest::isWellFormed);
    return Arbitraries.oneOf(numbers, signs, words, any);
  }

  /** A lone surrogate is no text that a file can hold. */
  private static boolean isWellFormed(String text) {
    return text.codePoints().noneMatch(point -> point >= 0xD800 && point < 0xE000);
  }
}
