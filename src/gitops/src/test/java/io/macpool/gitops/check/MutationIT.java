package io.macpool.gitops.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Problem.Severity;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.SourceFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every field of every real file, dropped or corrupted in turn, is caught, but for those named
 * here, with the reason why each may say something else.
 */
class MutationIT {

  private static final DeployTree TREE = RepositoryTree.read();

  /** What production's files say makes no difference to staging's. */
  private static final DeployTree STAGING =
      new DeployTree(
          TREE.root(),
          TREE.charts(),
          TREE.pinned(),
          TREE.definitions(),
          TREE.environments().stream().filter(Environment::isStaging).toList());

  private static final Checker CHECKER = new Checker();
  private static final Pattern FIELD =
      Pattern.compile("^( *)(- )?([A-Za-z][\\w.$/-]*):(?: +(.*?))?( +# \\{.*)?$");

  /** Values with a default in the chart, and settings that Flux has defaults for. */
  private static final Set<String> MAY_BE_DROPPED =
      Set.of(
          "replicaCount",
          "secretName",
          "sshKeySecretName",
          "concurrency",
          "create",
          "delete",
          "requestTimeout",
          "vsphere",
          "basePath",
          "vmPath",
          "clusterPath",
          "tart",
          "defaults",
          "hosts",
          "relay",
          "max",
          "slots",
          "perHost",
          "warm",
          "monitoring",
          "serviceMonitor",
          "prometheusRule",
          "dashboard",
          "enabled",
          "maxJobs",
          "maxJobsPerWorker",
          "queue",
          "retryInterval",
          "timeout",
          "eventSeverity",
          "channel",
          "ignore",
          "url",
          "secretRef",
          "reserve",
          "labels",
          "messageTemplate",
          "author",
          "events",
          "healthChecks",
          "dependsOn",
          "retries",
          "pod-security.kubernetes.io/enforce",
          "pod-security.kubernetes.io/warn");

  /** Text that only people, or systems outside the tree, can tell to be wrong. */
  private static final Set<String> FREE_TEXT =
      Set.of(
          "secretName",
          "sshKeySecretName",
          "queue",
          "basePath",
          "vmPath",
          "clusterPath",
          "macos-26-xcode-26",
          "user",
          "address",
          "warm",
          "channel",
          "ignore",
          "messageTemplate",
          "url",
          "email",
          "pattern",
          "range",
          "pod-security.kubernetes.io/enforce",
          "pod-security.kubernetes.io/warn");

  /** Names that only the cluster or people know, and settings that repeat Flux's own default. */
  private static final Set<String> FREE_LINES =
      Set.of(
          "name: macpool-deploy-key",
          "name: sops-age",
          "name: chat-webhook",
          "name: push-webhook-token",
          "name: releases",
          "name: push",
          "name: macpool image automation",
          "name: macstadium-prod-1-hardware",
          "name: macstadium-staging-hardware",
          "- name: staging-arm-1",
          "- name: staging-arm-2",
          "image: macos-15",
          "branch: image-updates/macstadium-prod-1",
          "strategy: Setters");

  record Mutation(SourceFile file, int line, String key, String before, String after) {

    boolean isFree(Set<String> keys) {
      boolean automation =
          before.startsWith("  name: macstadium-")
              && file.fileName().equals("image-automation.yaml");
      return keys.contains(key) || FREE_LINES.contains(before.strip()) || automation;
    }
  }

  static Stream<SourceFile> files() {
    return TREE.environments().stream().flatMap(environment -> environment.files().stream());
  }

  @ParameterizedTest
  @MethodSource("files")
  void noFieldCanBeDroppedUnseen(SourceFile file) {
    List<Mutation> survivors = new ArrayList<>();
    for (Mutation mutation : mutations(file, true)) {
      if (!mutation.isFree(MAY_BE_DROPPED) && !isCaught(mutation)) {
        survivors.add(mutation);
      }
    }
    assertThat(survivors).extracting(MutationIT::describe).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("files")
  void noFieldCanBeCorruptedUnseen(SourceFile file) {
    List<Mutation> survivors = new ArrayList<>();
    for (Mutation mutation : mutations(file, false)) {
      if (!mutation.isFree(FREE_TEXT) && !isCaught(mutation)) {
        survivors.add(mutation);
      }
    }
    assertThat(survivors).extracting(MutationIT::describe).isEmpty();
  }

  /** So that a pattern that matches nothing cannot make the tests above pass. */
  @Test
  void mutationsAreMany() {
    long fields = files().mapToLong(file -> mutations(file, true).size()).sum();
    assertThat(fields).isGreaterThan(600);
  }

  private static String describe(Mutation mutation) {
    return mutation.file().path() + ":" + mutation.line() + " " + mutation.before().strip();
  }

  private static boolean isCaught(Mutation mutation) {
    SourceFile spoilt = SourceFile.of(mutation.file().path(), mutation.after());
    String environment = mutation.file().path().getName(1).toString();
    Predicate<Problem> error = problem -> problem.severity() == Severity.ERROR;
    DeployTree tree = environment.endsWith("-staging") ? STAGING : TREE;
    return CHECKER.check(tree.with(environment, spoilt), RepositoryTree.ran(TREE)).stream()
        .anyMatch(error);
  }

  private static List<Mutation> mutations(SourceFile file, boolean drop) {
    List<String> lines = file.text().lines().toList();
    List<Mutation> mutations = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Matcher field = FIELD.matcher(lines.get(i));
      if (!field.matches()) {
        continue;
      }
      boolean scalar = field.group(4) != null && !field.group(4).startsWith("|");
      if (!drop && !scalar) {
        continue;
      }
      List<String> changed = new ArrayList<>(lines);
      if (drop) {
        int end = endOfBlock(lines, i);
        changed.subList(i, end).clear();
      } else {
        changed.set(i, corrupted(field));
      }
      mutations.add(
          new Mutation(
              file, i + 1, field.group(3), lines.get(i), String.join("\n", changed) + "\n"));
    }
    return mutations;
  }

  private static String corrupted(Matcher field) {
    String value = field.group(4);
    String wrong =
        value.matches("[0-9]+")
            ? "-7"
            : value.matches("true|false")
                ? "\"maybe\""
                : value.startsWith("\"") ? "\"no-such-thing\"" : "x" + value + "x";
    String start = field.group(1) + (field.group(2) == null ? "" : field.group(2));
    String comment = field.group(5) == null ? "" : field.group(5);
    return start + field.group(3) + ": " + wrong + comment;
  }

  /** The line after the field that begins at {@code start} and all that is indented below it. */
  private static int endOfBlock(List<String> lines, int start) {
    int indent = indent(lines.get(start)) + (lines.get(start).strip().startsWith("- ") ? 2 : 0);
    int end = start + 1;
    while (end < lines.size()
        && !lines.get(end).equals("---")
        && (lines.get(end).isBlank() || indent(lines.get(end)) > indent)) {
      end++;
    }
    return end;
  }

  private static int indent(String line) {
    return line.length() - line.stripLeading().length();
  }
}
