package io.macpool.gitops.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.gitops.yaml.YamlDocument.DoubtfulScalar;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlReaderTest {

  @Test
  void everyValueKnowsItsLine() throws YamlSyntaxException {
    YamlDocument document = YamlReader.read("a: 1\nb:\n  - x\n  - c/d: yes please\n").get(0);

    assertThat(document.lineOf("/a")).isEqualTo(1);
    assertThat(document.lineOf("/b")).isEqualTo(2);
    assertThat(document.lineOf("/b/0")).isEqualTo(3);
    assertThat(document.lineOf("/b/1/c~1d")).isEqualTo(4);
  }

  @Test
  void aValueThatIsNotThereHasTheLineOfWhatIsAroundIt() throws YamlSyntaxException {
    YamlDocument document = YamlReader.read("spec:\n  values:\n    a: 1\n").get(0);

    assertThat(document.lineOf("/spec/values/image/tag")).isEqualTo(2);
    assertThat(document.lineOf("/metadata/name")).isEqualTo(1);
  }

  @Test
  void documentsAreApartAndEmptyOnesLeftOut() throws YamlSyntaxException {
    List<YamlDocument> documents = YamlReader.read("---\n---\nkind: A\n---\nkind: B\n");

    assertThat(documents).extracting(YamlDocument::kind).containsExactly("A", "B");
    assertThat(documents.get(1).lineOf("/kind")).isEqualTo(5);
  }

  @Test
  void theSameKeyTwiceIsRefusedWithItsLine() {
    assertThatThrownBy(() -> YamlReader.read("a: 1\nb: 2\na: 3\n"))
        .isInstanceOfSatisfying(YamlSyntaxException.class, e -> assertThat(e.line()).isEqualTo(3))
        .hasMessageContaining("a");
  }

  @Test
  void aTabAsIndentationIsRefusedWithItsLine() {
    assertThatThrownBy(() -> YamlReader.read("a:\n\tb: 1\n"))
        .isInstanceOfSatisfying(YamlSyntaxException.class, e -> assertThat(e.line()).isEqualTo(2));
  }

  @Test
  void anAliasBombIsRefused() {
    StringBuilder text = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 60; i++) {
      text.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
    }
    assertThatThrownBy(() -> YamlReader.read(text.toString()))
        .isInstanceOf(YamlSyntaxException.class);
  }

  @Test
  void aliasesOfAliasesAndWhatStandsWithinItselfAreRefusedBeforeTheyFillTheMemory() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
      bomb.append(
          "a%d: &a%d [*a%d, *a%d, *a%d, *a%d]\n".formatted(i, i, i - 1, i - 1, i - 1, i - 1));
    }
    assertThatThrownBy(() -> YamlReader.read(bomb.toString()))
        .isInstanceOf(YamlSyntaxException.class)
        .hasMessageContaining("aliases of aliases multiply");
    for (String endless : List.of("a: &a\n- *a\n", "a: " + "{".repeat(3_000))) {
      assertThatThrownBy(() -> YamlReader.read(endless))
          .isInstanceOf(YamlSyntaxException.class)
          .hasMessageContaining("nested more than 200 deep");
    }
  }

  @Test
  void wordsAndNumbersOfYaml11AreDoubtfulUnlessQuoted() throws YamlSyntaxException {
    YamlDocument document =
        YamlReader.read("a: no\nb: \"no\"\nc: 0755\nd: true\ne: 10\nf: 12:30\n").get(0);

    assertThat(document.doubtful())
        .containsExactlyInAnyOrder(
            new DoubtfulScalar(1, "no"),
            new DoubtfulScalar(3, "0755"),
            new DoubtfulScalar(6, "12:30"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0b11",
        "0X1F",
        "-0x1",
        "0x1_0",
        "9007199254740993",
        "0o17",
        "0777",
        "1_000",
        "12e4",
        "1.5E+3",
        "+1",
        ".5",
        ".inf",
        "2026-11-29",
        "2026-11-29T10:00:00Z",
        "1:30",
        "y",
        "Off"
      })
  void whatReadersDoNotReadAlikeIsDoubted(String scalar) throws YamlSyntaxException {
    assertThat(YamlReader.read("a: " + scalar + "\n").get(0).doubtful())
        .containsExactly(new DoubtfulScalar(1, scalar));
    assertThat(YamlReader.read("a: \"" + scalar + "\"\n").get(0).doubtful()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"10", "-7", "0.5", "true", "v1.0", "10m", "0x1F", "1.2.3", "a:b", "~"})
  void whatAllReadAlikeIsNot(String scalar) throws YamlSyntaxException {
    assertThat(YamlReader.read("a: " + scalar + "\n").get(0).doubtful()).isEmpty();
  }

  /** As kubectl, Helm and kustomize read it. */
  @Test
  void aMergeKeyCopiesTheOtherMap() throws YamlSyntaxException {
    String text =
        """
        a: &a {b: 1}
        c:
          <<: *a
          d: 2
        """;
    YamlDocument document = YamlReader.read(text).get(0);
    assertThat(document.text("/c/b")).isEqualTo("1");
    assertThat(document.text("/c/d")).isEqualTo("2");
  }

  @Test
  void scalarsKeepTheirTypes() throws YamlSyntaxException {
    YamlDocument document =
        YamlReader.read("i: 7\nf: 0.5\nb: true\nn: null\ns: '7'\nbig: 99999999999999999999\n")
            .get(0);

    assertThat(document.content().get("i").isLong()).isTrue();
    assertThat(document.content().get("f").isNumber()).isTrue();
    assertThat(document.content().get("b").isBoolean()).isTrue();
    assertThat(document.content().get("n").isNull()).isTrue();
    assertThat(document.content().get("s").isTextual()).isTrue();
    assertThat(document.content().get("big").isBigInteger()).isTrue();
  }
}
