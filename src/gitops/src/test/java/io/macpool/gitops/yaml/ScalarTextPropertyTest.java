package io.macpool.gitops.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Text that a command writes is that text to every reader: YAML 1.1 and 1.2, block and flow. */
class ScalarTextPropertyTest {

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

  private static void assertReadAlike(String text) throws YamlSyntaxException {
    String scalar = ScalarText.of(text);
    String block = "a: " + scalar + " # comment\nb: 1\n";
    assertThat(scalar).doesNotContain("\n", "\r");
    Readers.assertText(block, "/a", text);
    assertThat(YamlReader.read(block).get(0).doubtful()).as(block).isEmpty();
    assertThat(YamlReader.read("- " + scalar + "\n").get(0).text("/0")).isEqualTo(text);
  }

  @Provide
  Arbitrary<String> texts() {
    return Scalars.texts();
  }
}
