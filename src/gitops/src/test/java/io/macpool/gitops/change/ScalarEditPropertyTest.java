package io.macpool.gitops.change;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.gitops.tree.SourceFile;
import java.nio.file.Path;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** An edit changes the value that it is of, and not a byte of the rest. */
class ScalarEditPropertyTest {

  private static final String BEFORE = "# top 😀\nspec:\n  other: \"yes\"   # keep\n  value: ";
  private static final String AFTER = " # {\"$imagepolicy\": \"a:b:tag\"}\n  more: 0x1F\n\n";

  @Property(tries = 5_000)
  void theRestOfTheFileStays(
      @ForAll("scalars") String old, @ForAll("texts") String text, @ForAll boolean windows) {
    String before = windows ? BEFORE.replace("\n", "\r\n") : BEFORE;
    String after = windows ? AFTER.replace("\n", "\r\n") : AFTER;
    SourceFile file = SourceFile.of(Path.of("a.yaml"), before + old + after);

    SourceFile edited = ScalarEdit.set(file, "/spec/value", text);

    assertThat(edited.text()).startsWith(before).endsWith(after);
    assertThat(edited.documents().get(0).text("/spec/value")).isEqualTo(text);
    assertThat(edited.documents().get(0).content().at("/spec/value").isTextual()).isTrue();
    assertThat(edited.documents().get(0).text("/spec/other")).isEqualTo("yes");
  }

  @Example
  void whatIsThereAlreadyKeepsItsQuotes() {
    SourceFile file = SourceFile.of(Path.of("a.yaml"), "a: 'v1.0.0' # x\n");
    assertThat(ScalarEdit.set(file, "/a", "v1.0.0")).isEqualTo(file);
  }

  @Provide
  Arbitrary<String> scalars() {
    return Arbitraries.of(
        "plain", "'single ''quoted'''", "\"double \\\" # 'x\"", "12", "true", "a b c");
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().withChars("abY019.:#'\"\\ -~{}").ofMaxLength(10);
  }
}
