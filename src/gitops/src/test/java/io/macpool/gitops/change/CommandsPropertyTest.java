package io.macpool.gitops.change;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.check.rule.RunHistory;
import io.macpool.gitops.migrate.Migration;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.yaml.Readers;
import io.macpool.gitops.yaml.ScalarText;
import io.macpool.gitops.yaml.Scalars;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * The four commands that write, over generated scalars: every reader reads what was meant, and
 * every other line of the file stays, with its end, its comment and its quotes.
 */
class CommandsPropertyTest {

  private static final DeployTree TREE = RepositoryTree.read();
  private static final String STAGING = "macstadium-staging";
  private static final String PRODUCTION = "macstadium-prod-1";

  /**
   * How a person may have written a file: the ends of its lines, quotes, a comment, a line more.
   */
  record Hand(boolean windows, char quote, String comment) {

    String write(String text, String pattern) {
      String changed =
          text.replaceAll(
                  "(?m)^(\\s*(?:- )?(?:" + pattern + "): )(\\S+)(.*)$", "$1" + quoted("$2") + "$3")
              .replaceFirst(
                  "\nspec:\n", "\nspec:" + comment + "\n  suspend: false # \"kept\"\t 'so'\n");
      return windows ? changed.replace("\n", "\r\n") : changed;
    }

    private String quoted(String text) {
      return quote == ' ' ? text : quote + text + quote;
    }
  }

  @Property(tries = 300)
  void promote(
      @ForAll("texts") String repository,
      @ForAll("texts") String tag,
      @ForAll("texts") String digest,
      @ForAll("hands") Hand hand) {
    SourceFile from = file(PRODUCTION, "worker-com.yaml");
    SourceFile to = file(STAGING, "worker-com.yaml");
    DeployTree tree =
        TREE.with(
                PRODUCTION,
                SourceFile.of(
                    from.path(),
                    from.text()
                        .replaceFirst("(?m)repository: .*$", scalar("repository", repository))
                        .replaceFirst("(?m)tag: .*$", scalar("tag", tag))
                        .replaceFirst("(?m)digest: .*$", scalar("digest", digest))))
            .with(
                STAGING,
                SourceFile.of(to.path(), hand.write(to.text(), "repository|tag|digest|version")));
    String before = text(tree, STAGING, "worker-com.yaml");

    TreeChange change =
        Promotion.plan(
            TreeChange.of(tree),
            environment -> new RunHistory.Ran.Known(Set.of(digest), Optional.empty()),
            new Promotion.Order(
                "worker-com",
                Optional.empty(),
                PRODUCTION,
                STAGING,
                Optional.empty(),
                Optional.empty()));

    String after = text(change.tree(), STAGING, "worker-com.yaml");
    Readers.assertText(after, "/spec/values/image/repository", repository);
    Readers.assertText(after, "/spec/values/image/tag", tag);
    Readers.assertText(after, "/spec/values/image/digest", digest);
    assertOtherLinesStay(before, after, "repository:|tag:|digest:|version:");
  }

  @Property(tries = 300)
  void newRelease(
      @ForAll("texts") String queue, @ForAll("texts") String secret, @ForAll("hands") Hand hand) {
    SourceFile like = file(PRODUCTION, "worker-custom-2.yaml");
    SourceFile written =
        SourceFile.of(like.path(), hand.write(like.text(), "queue|secretName|name|releaseName"));
    DeployTree tree = TREE.with(PRODUCTION, written);
    Environment environment = tree.environment(PRODUCTION).orElseThrow();

    TreeChange change =
        NewRelease.plan(
            tree,
            environment,
            environment.release("worker-custom-2").orElseThrow(),
            "worker-custom-3",
            Map.of("queue", queue, "secretName", secret));

    String after = text(change.tree(), PRODUCTION, "worker-custom-3.yaml");
    Readers.assertText(after, "/spec/values/queue", queue);
    Readers.assertText(after, "/spec/values/secretName", secret);
    Readers.assertText(after, "/metadata/name", "worker-custom-3");
    assertOtherLinesStay(written.text(), after, "queue:|secretName:|name:|releaseName:");
  }

  @Property(tries = 300)
  void pin(@ForAll("hands") Hand hand) {
    SourceFile file = file(STAGING, "worker-com.yaml");
    DeployTree tree =
        TREE.with(STAGING, SourceFile.of(file.path(), hand.write(file.text(), "chart|version")));
    String before = text(tree, STAGING, "worker-com.yaml");
    String version = TREE.chart("macstadium-worker").orElseThrow().version();

    TreeChange change =
        ChartPin.all(
            TreeChange.of(tree), tree.environment(STAGING).orElseThrow(), Optional.empty());

    String after = text(change.tree(), STAGING, "worker-com.yaml");
    Readers.assertText(
        after,
        "/spec/chart/spec/chart",
        "./releases/" + STAGING + "/charts/macstadium-worker-" + version);
    Readers.assertText(after, "/spec/chart/spec/version", version);
    assertOtherLinesStay(before, after, "chart:|version:");
  }

  @Property(tries = 300)
  void migrate(
      @ForAll("texts") String site,
      @ForAll("texts") String value,
      @ForAll("texts") String owner,
      @ForAll("spellings") String spelling,
      @ForAll boolean windows) {
    String queue = "    queue: " + spelling + " # who # runs\n";
    String old =
        """
        apiVersion: helm.fluxcd.io/v1
        kind: HelmRelease
        metadata:
          name: worker-com
          namespace: %s
          annotations: {example.com/owner: %s}
        spec:
          chart: {path: charts/macstadium-worker, git: x, ref: staging}
          values:
            site: %s
        %s    extraEnv:
              - name: A # the first
                value: %s
        """
            .formatted(
                STAGING, ScalarText.of(owner), ScalarText.of(site), queue, ScalarText.of(value));
    SourceFile file =
        SourceFile.of(Path.of("old/worker-com.yaml"), windows ? old.replace("\n", "\r\n") : old);

    String after = Migration.of(List.of(file), TREE).files().get("worker-com.yaml");

    Readers.assertText(after, "/metadata/annotations/example.com~1owner", owner);
    Readers.assertText(after, "/spec/values/site", site);
    String plain = after.replace("\r\n", "\n");
    assertThat(plain).contains(queue, "      - name: A # the first\n");
    assertThat(plain).contains("        value: " + ScalarText.of(value) + "\n");
    assertThat(after.contains("\r\n")).isEqualTo(windows);
    assertThat(after.replace("\r\n", "")).matches(text -> !windows || !text.contains("\n"));
  }

  /** A scalar as it stands in a file that a replacement of regular expressions writes. */
  private static String scalar(String name, String text) {
    return Matcher.quoteReplacement(name + ": " + ScalarText.of(text));
  }

  private static void assertOtherLinesStay(String before, String after, String changed) {
    List<String> old = List.of(before.split("(?<=\n)", -1));
    List<String> now = List.of(after.split("(?<=\n)", -1));
    assertThat(now).hasSameSizeAs(old);
    IntStream.range(0, old.size())
        .forEach(
            i -> {
              if (old.get(i).matches("(?s)\\s*(- )?(" + changed + ").*")) {
                assertThat(tail(now.get(i))).isEqualTo(tail(old.get(i)));
              } else {
                assertThat(now.get(i)).isEqualTo(old.get(i));
              }
            });
  }

  /** The comment of a line, and its end. */
  private static String tail(String line) {
    int comment = line.indexOf(" # {");
    return comment >= 0 ? line.substring(comment) : line.endsWith("\r\n") ? "\r\n" : "\n";
  }

  private static SourceFile file(String environment, String name) {
    return TREE.environment(environment).orElseThrow().files().stream()
        .filter(file -> file.fileName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String text(DeployTree tree, String environment, String name) {
    return tree.environment(environment).orElseThrow().files().stream()
        .filter(file -> file.fileName().equals(name))
        .findFirst()
        .orElseThrow()
        .text();
  }

  @Provide
  Arbitrary<Hand> hands() {
    return Combinators.combine(
            Arbitraries.of(true, false),
            Arbitraries.of(' ', '"', '\''),
            Arbitraries.of("", " # a comment", "  #"))
        .as(Hand::new);
  }

  @Provide
  Arbitrary<String> texts() {
    return Scalars.texts().filter(text -> !text.isEmpty());
  }

  @Provide
  Arbitrary<String> spellings() {
    return Arbitraries.of(
        "\"no\"",
        "'no'",
        "\"08\"",
        "'0x1F'",
        "0362525",
        "12e4",
        "1.10",
        "plain",
        "\"a #b\"",
        "'it''s'",
        "\"a\\tb\"",
        "~",
        "yes",
        "2026-11-29",
        "\"\"",
        "''",
        "a b c");
  }
}
