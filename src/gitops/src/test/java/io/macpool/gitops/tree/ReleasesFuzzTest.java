package io.macpool.gitops.tree;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.check.Checker;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.RunHistory;
import io.macpool.gitops.yaml.YamlDocument;
import io.macpool.sim.fuzz.FuzzTarget;
import io.macpool.sim.fuzz.Fuzzing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Whatever stands in a release's file: it is read, or said to be unreadable at one of its lines;
 * and what is read can be held against every rule.
 */
class ReleasesFuzzTest {

  private static final Path PATH = Path.of("releases/macstadium-staging/worker-com.yaml");

  private final Fuzzing fuzzing = Fuzzing.of("releases").upTo(6_000);

  @Test
  void aFileIsReadOrSaidToBeUnreadable() {
    fuzzing.allocating(64L << 20).run(1_000, new Files());
  }

  /** Few in each build, as every rule looks at the whole tree. */
  @Test
  void everyRuleTakesWhatIsRead() {
    fuzzing.within(Duration.ofSeconds(20)).run(2, new Rules());
  }

  /** One that counts lines from the file's end. */
  @Test
  void aReaderThatNamesAnotherLineIsFound() {
    fuzzing.mustFind(
        1_000,
        new Files() {
          @Override
          SourceFile read(String text) {
            SourceFile file = super.read(text);
            return new SourceFile(
                file.path(),
                file.text(),
                file.documents(),
                file.unreadable()
                    .map(
                        why ->
                            new SourceFile.Unreadable(
                                (int) text.lines().count() - why.line(), why.reason(), why.fix())));
          }
        });
  }

  static class Files implements FuzzTarget {

    SourceFile read(String text) {
      return SourceFile.of(PATH, text);
    }

    @Override
    public void play(byte[] input) {
      String text = new String(input, UTF_8);
      SourceFile file = read(text);
      int last = text.split("\n|\r\n?", -1).length;
      file.unreadable()
          .ifPresent(
              why -> {
                assertThat(why.line()).isBetween(1, last);
                assertThat(why.reason()).isNotBlank();
                assertThat(why.fix()).isNotBlank().doesNotEndWith(".");
              });
      for (YamlDocument document : file.documents()) {
        assertThat(document.content().isNull()).isFalse();
        // Plain conditions: there may be thousands.
        for (int line : document.lines().values()) {
          if (line < 1 || line > last) {
            throw new AssertionError("there is no line " + line);
          }
        }
        for (YamlDocument.Span span : document.scalars().values()) {
          if (span.start() < 0 || span.start() > span.end() || span.end() > text.length()) {
            throw new AssertionError("nothing stands at " + span);
          }
        }
      }
      Environment environment = new Environment("macstadium-staging", List.of(file));
      for (Release release : environment.releases()) {
        assertThat(release.chart()).doesNotContain("/");
        assertThat(release.image()).isNotNull();
        assertThat(release.values()).isNotNull();
      }
    }
  }

  static final class Rules implements FuzzTarget {

    private final Checker checker = new Checker();
    private final DeployTree tree = RepositoryTree.read();

    @Override
    public void play(byte[] input) {
      SourceFile file = SourceFile.of(PATH, new String(input, UTF_8));
      List<Problem> problems =
          checker.check(tree.with("macstadium-staging", file), RunHistory.of(Set.of()));
      assertThat(problems).isNotEmpty(); // staging never ran those images
    }
  }
}
