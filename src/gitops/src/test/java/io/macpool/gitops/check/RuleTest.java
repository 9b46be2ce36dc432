package io.macpool.gitops.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Problem.Severity;
import io.macpool.gitops.check.rule.RunHistory;
import io.macpool.gitops.check.rule.RunHistory.Ran;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.yaml.YamlSyntaxException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule has files that trip it, alone, at the line that a person has to mend. */
class RuleTest {

  private static final DeployTree TREE = RepositoryTree.read();
  private static final Checker CHECKER = new Checker();

  static List<SpoiltFile> spoilt() throws IOException, YamlSyntaxException {
    return SpoiltFile.all();
  }

  @ParameterizedTest
  @MethodSource("spoilt")
  void tripsItsRuleAloneAtItsLine(SpoiltFile spoilt) {
    SourceFile file = file(spoilt.file());
    assertThat(file.text()).contains(spoilt.from());
    String text =
        file.text()
            .replaceFirst(Pattern.quote(spoilt.from()), Matcher.quoteReplacement(spoilt.to()));

    List<Problem> problems = check(spoilt.environment(), SourceFile.of(file.path(), text));

    assertThat(problems).isNotEmpty();
    assertThat(problems.stream().map(Problem::rule).collect(Collectors.toSet()))
        .containsExactly(spoilt.rule());
    int line = lineOf(text, spoilt.at());
    assertThat(problems).extracting(Problem::line).contains(line);
    assertThat(problems)
        .extracting(Problem::toString)
        .anySatisfy(told -> assertThat(told).contains(spoilt.says()));
  }

  @Test
  void everyRuleIsTripped() throws IOException, YamlSyntaxException {
    assertThat(spoilt()).extracting(SpoiltFile::rule).containsAll(Checker.ruleNames());
  }

  @Test
  void aFileThatIsNotListedIsTold() {
    Path path = Path.of("releases/macstadium-staging/kustomization.yaml");
    String text = file(path).text().replace("  - worker-com.yaml\n", "");

    assertThat(check("macstadium-staging", SourceFile.of(path, text)))
        .singleElement()
        .extracting(Problem::toString)
        .asString()
        .startsWith("releases/macstadium-staging/worker-com.yaml:1: ")
        .contains("not listed", "Add \"- worker-com.yaml\"");
  }

  @Test
  void aSecretInClearTextIsToldAndAnEncryptedOneIsNot() {
    Path path = Path.of("releases/macstadium-staging/secret.yaml");
    String clear =
        """
        apiVersion: v1
        kind: Secret
        metadata:
          name: worker-com
          namespace: macstadium-staging
        stringData:
          TRAVIS_WORKER_AMQP_URI: plain
        """;
    String encrypted =
        clear.replace("plain", "ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]")
            + "sops:\n  mac: ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]\n";

    assertThat(rules(check("macstadium-staging", SourceFile.of(path, clear))))
        .contains("no-clear-secrets");
    assertThat(rules(check("macstadium-staging", SourceFile.of(path, encrypted))))
        .doesNotContain("no-clear-secrets", "object-schema");
    assertThat(
            rules(
                check(
                    "macstadium-staging",
                    SourceFile.of(path, encrypted.replace("stringData:", "stringData:\n  B: b")))))
        .contains("no-clear-secrets");
  }

  @Test
  void whatStagingRanOnceMayRunInProduction() {
    SourceFile file = file(Path.of("releases/macstadium-prod-1/worker-com.yaml"));
    String digest = "sha256:" + "0".repeat(64);
    String text = file.text().replaceFirst("digest: sha256:[0-9a-f]+", "digest: " + digest);
    DeployTree tree = TREE.with("macstadium-prod-1", SourceFile.of(file.path(), text));

    Set<String> ran = new HashSet<>(RepositoryTree.digests(TREE));
    assertThat(CHECKER.check(tree, RunHistory.of(ran)))
        .extracting(Problem::toString)
        .singleElement()
        .asString()
        .contains("worker-com.yaml", "has not run in macstadium-staging");
    ran.add(digest);
    assertThat(CHECKER.check(tree, RunHistory.of(ran))).isEmpty();
  }

  /** What cannot be seen is not taken for well: neither for "has run" nor for "has not". */
  @Test
  void aHistoryThatCannotBeReadIsAnErrorOfItsOwnAndOne() {
    assertThat(CHECKER.check(TREE, e -> new Ran.Unknown("no history", "Clone in full")))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.severity()).isEqualTo(Severity.ERROR);
              assertThat(problem.toString()).contains("no history. Clone in full.");
            });
  }

  @Test
  void aHistoryOfAnotherBranchIsDoubtedAloud() {
    Ran ran = new Ran.Known(RepositoryTree.digests(TREE), Optional.of("no branch staging"));
    assertThat(CHECKER.check(TREE, e -> ran))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.severity()).isEqualTo(Severity.WARNING);
              assertThat(problem.toString()).contains("git fetch origin staging");
            });
  }

  private static Set<String> rules(List<Problem> problems) {
    return problems.stream().map(Problem::rule).collect(Collectors.toSet());
  }

  private static List<Problem> check(String environment, SourceFile file) {
    return CHECKER.check(TREE.with(environment, file), RepositoryTree.ran(TREE));
  }

  private static SourceFile file(Path path) {
    return TREE.environment(path.getName(1).toString()).orElseThrow().files().stream()
        .filter(file -> file.path().equals(path))
        .findFirst()
        .orElseThrow();
  }

  /** The line on which {@code text} first stands. */
  private static int lineOf(String all, String text) {
    int index = all.indexOf(text);
    assertThat(index).as(text).isNotNegative();
    return (int) all.substring(0, index).chars().filter(c -> c == '\n').count() + 1;
  }
}
