package io.macpool.gitops.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.check.Checker;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.SourceFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Release files as the field has them, in the forms and with the values of ten years: {@code
 * migrate} takes them, tells of everything that the check will refuse, and once a person has done
 * what it tells, the check refuses nothing.
 */
class FieldReleasesIT {

  private static final DeployTree TREE = RepositoryTree.read();
  private static final Checker CHECKER = new Checker();
  private static final String FIRST =
      "helm.integrations.flux.weave.works/v1alpha2\nkind: FluxHelmRelease";
  private static final String SECOND = "flux.weave.works/v1beta1\nkind: HelmRelease";
  private static final String THIRD = "helm.fluxcd.io/v1\nkind: HelmRelease";

  /** Which note tells of which refusal. */
  private enum Told {
    IMAGE("pinned-images|image-automation", "the image has no digest"),
    NO_VALUES("values-schema", "the image has no digest"),
    POOL("capacity", "bounded by no hardware pool"),
    QUEUE("values-schema", "values.queue is empty");

    private final String rule;
    private final String note;

    Told(String rule, String note) {
      this.rule = rule;
      this.note = note;
    }
  }

  record Old(String environment, String name, String form, String chart, String values) {

    SourceFile file() {
      String of =
          form.equals(FIRST)
              ? "  chartGitPath: " + chart + "\n"
              : "  chart:\n    path: charts/%s\n    git: git@example.com:o/config.git\n%s"
                  .formatted(chart, form.equals(THIRD) ? "    ref: master\n" : "");
      String labels = form.equals(FIRST) ? "  labels:\n    chart: " + chart + "\n" : "";
      String text =
          "apiVersion: %s\nmetadata:\n  name: %s\n  namespace: %s\n%sspec:\n%s  releaseName: %s\n%s"
              .formatted(form, name, environment, labels, of, name, values);
      return SourceFile.of(Path.of("old", name + ".yaml"), text);
    }

    @Override
    public String toString() {
      return environment + " " + name + " " + form.lines().findFirst().orElseThrow() + values;
    }
  }

  static Stream<Old> files() {
    List<Old> files = new ArrayList<>();
    for (String form : List.of(FIRST, SECOND, THIRD)) {
      for (String environment : List.of("macstadium-staging", "macstadium-prod-1")) {
        for (String values : WORKERS) {
          files.add(new Old(environment, "worker-com", form, "macstadium-worker", values));
        }
        for (String values : BROKERS) {
          files.add(new Old(environment, "jupiter-brain-com", form, "jupiter-brain", values));
        }
        files.add(new Old(environment, "worker-operator", form, "worker-operator", OPERATOR));
      }
    }
    return files.stream();
  }

  private static final List<String> WORKERS =
      List.of(
          """
            values:
              image:
                tag: v4.6.3
              replicaCount: 1
              poolSize: 1
              site: com
              jupiterBrainName: jupiter-brain-com
              trvs:
                enabled: true
                app: mac-workers
                env: common
                pro: true
          """,
          """
            values:
              replicaCount: 2
              concurrency:
                poolSize: 2
                totalJobs: 4
                redis:
                  name: redis-master
              site: com
              jupiterBrainName: jupiter-brain-com
              trvs:
                enabled: true
                env: common
          """,
          """
            values:
              image:
                tag: v6.2.0

              cluster:
                enabled: true
                maxJobs: 6
                maxJobsPerWorker: 3

              site: com
              jupiterBrainName: jupiter-brain-com
              queue: ""

              trvs:
                enabled: true
                app: mac-workers
                env: custom-1
          """);

  private static final List<String> BROKERS =
      List.of(
          """
            values:
              image:
                tag: v1.1.0
              trvs:
                enabled: true
                env: "1"
                pro: true
              honeycomb:
                dataset: requests
                sampleRate: 10
          """,
          """
            values:
              image:
                tag: v1.2.1-1-g339ced2
              replicaCount: 2
              secretEnv: common
          """,
          "");

  private static final String OPERATOR = "  values:\n    image:\n      tag: v1.0.0\n";

  @ParameterizedTest
  @MethodSource("files")
  void everyRefusalIsToldByMigrate(Old old) {
    Migration migration = Migration.of(List.of(old.file()), TREE);
    String text = migration.files().get(old.name() + ".yaml");

    for (Problem problem : check(old, text)) {
      assertThat(Stream.of(Told.values()))
          .as(problem.toString())
          .anyMatch(
              told ->
                  problem.rule().matches(told.rule)
                      && migration.notes().stream()
                          .anyMatch(note -> note.text().contains(told.note)));
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void whoDoesWhatIsToldIsRefusedNothing(Old old) {
    String text = Migration.of(List.of(old.file()), TREE).files().get(old.name() + ".yaml");

    String done =
        withImage(old, text)
            .replace("    queue: \"\"\n", "    queue: builds.macstadium-com\n")
            .replace("      maxJobs:", "      hardwarePool: macs-com\n      maxJobs:");

    assertThat(check(old, done)).isEmpty();
  }

  /** The image that the release of this tree runs, with its markers. */
  private static String withImage(Old old, String text) {
    String own =
        TREE.environment(old.environment())
            .orElseThrow()
            .release(old.name())
            .orElseThrow()
            .file()
            .text();
    int begin = own.indexOf("    image:\n");
    int end = own.indexOf("\n    ", own.indexOf("digest:")) + 1;
    String image = own.substring(begin, end);
    String without = text.replaceFirst("    image:\n(      .*\n)+", "");
    return without.contains("  values:\n")
        ? without.replace("  values:\n", "  values:\n" + image)
        : without + "  values:\n" + image;
  }

  private static List<Problem> check(Old old, String text) {
    Path path = Path.of("releases", old.environment(), old.name() + ".yaml");
    return CHECKER.check(
        TREE.with(old.environment(), SourceFile.of(path, text)), RepositoryTree.ran(TREE));
  }
}
