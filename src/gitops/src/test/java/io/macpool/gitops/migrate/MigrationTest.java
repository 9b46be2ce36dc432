package io.macpool.gitops.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.yaml.YamlDocument;
import io.macpool.gitops.yaml.YamlReader;
import io.macpool.gitops.yaml.YamlSyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class MigrationTest {

  private static final String V1ALPHA2 =
      """
      apiVersion: helm.integrations.flux.weave.works/v1alpha2
      kind: FluxHelmRelease
      metadata:
        name: worker-com
        namespace: macstadium-staging
        labels:
          chart: macstadium-worker
      spec:
        chartGitPath: macstadium-worker
        releaseName: worker-com
        values:
          image:
            tag: v5.1.0-7-g620b1f9
          replicaCount: 4
          site: com
          concurrency:
            poolSize: 2
            totalJobs: 4 # low
            redis:
              name: worker-redis-master
          jupiterBrainName: jupiter-brain-com
          trvs:
            enabled: true
            env: staging-common
      """;

  private static final String V1BETA1 =
      """
      apiVersion: flux.weave.works/v1beta1
      kind: HelmRelease
      metadata:
        name: worker-operator
        namespace: macstadium-staging
        annotations:
          flux.weave.works/automated: "true"
          flux.weave.works/tag.chart-image: glob:master-*
          flux.weave.works/ignore: "true"
      spec:
        chart:
          path: charts/worker-operator
          git: git@github.com:example/config.git
          ref: staging
        releaseName: worker-operator
        values:
          image:
            repository: ghcr.io/macpool/worker-operator
            tag: master-abc
      """;

  private static final String V1 =
      """
      apiVersion: helm.fluxcd.io/v1
      kind: HelmRelease
      metadata:
        name: jupiter-brain-com
        namespace: macstadium-prod-1
        annotations:
          fluxcd.io/automated: "true"
          fluxcd.io/tag.chart-image: semver:~1.4
          example.com/owner: infra
      spec:
        chart:
          git: git@github.com:example/config.git
          path: charts/jupiter-brain/
          ref: master
        releaseName: jupiter-brain-com
        timeout: 300
        forceUpgrade: true
        skipCRDs: true
        rollback: {enable: true}
        valuesFrom:
          - secretKeyRef: {name: brain-values, key: extra.yaml, optional: true}
        values:
          image:
            repository: ghcr.io/macpool/jupiter-brain
            tag: v1.4.2
          concurrency: {create: 30}
          requestTimeout: 7m
      """;

  private static Migration migrate(String text) {
    SourceFile file = SourceFile.of(Path.of("old/file.yaml"), text);
    return Migration.of(List.of(file), RepositoryTree.read());
  }

  private static YamlDocument document(Migration migration, String name)
      throws YamlSyntaxException {
    return YamlReader.read(migration.files().get(name)).get(0);
  }

  @Test
  void theFirstFormKeepsNamesAndValues() throws YamlSyntaxException {
    YamlDocument release = document(migrate(V1ALPHA2), "worker-com.yaml");

    assertThat(release.apiVersion()).isEqualTo("helm.toolkit.fluxcd.io/v2");
    assertThat(release.text("/metadata/labels/chart")).isEqualTo("macstadium-worker");
    assertThat(release.text("/spec/chart/spec/chart")).isEqualTo("./charts/macstadium-worker");
    assertThat(release.text("/spec/values/site")).isEqualTo("com");
    assertThat(release.text("/spec/values/replicaCount")).isEqualTo("4");
    assertThat(release.text("/spec/values/poolSize")).isEqualTo("2");
    assertThat(release.text("/spec/values/trvs/env")).isEqualTo("staging-common");
    assertThat(release.text("/spec/upgrade/remediation/strategy")).isEqualTo("rollback");
  }

  @Test
  void aWorkerWithoutClusterStaysAPlainDeployment() throws YamlSyntaxException {
    YamlDocument release = document(migrate(V1ALPHA2), "worker-com.yaml");

    assertThat(release.content().at("/spec/values/cluster/enabled").isBoolean()).isTrue();
    assertThat(release.content().at("/spec/values/cluster/enabled").asBoolean()).isFalse();
  }

  @Test
  void whatIsNotCarriedIsToldWithItsLine() {
    List<Note> notes = migrate(V1ALPHA2).notes();

    assertThat(notes)
        .anyMatch(note -> note.line() == 18 && note.text().contains("cluster.maxJobs"))
        .anyMatch(note -> note.line() == 16 && note.text().contains("redis"))
        .anyMatch(note -> note.text().contains("comments are not carried"))
        .anyMatch(note -> note.text().contains("digest"));
  }

  @Test
  void theSecondFormsAutomationBecomesAPolicyAndAMarker() throws YamlSyntaxException {
    Migration migration = migrate(V1BETA1);

    assertThat(migration.files().get("worker-operator.yaml"))
        .contains(
            "tag: master-abc # {\"$imagepolicy\":"
                + " \"macstadium-staging:worker-operator-chart-image:tag\"}");
    YamlDocument policy = YamlReader.read(migration.files().get("image-automation.yaml")).get(1);
    assertThat(policy.kind()).isEqualTo("ImagePolicy");
    assertThat(policy.text("/spec/filterTags/pattern")).isEqualTo("^master-.*$");
    assertThat(migration.notes())
        .anyMatch(note -> note.text().contains("make sure that the tags sort"));
  }

  @Test
  void whatWasIgnoredIsStillLeftAlone() throws YamlSyntaxException {
    YamlDocument release = document(migrate(V1BETA1), "worker-operator.yaml");

    assertThat(release.text("/metadata/annotations/kustomize.toolkit.fluxcd.io~1reconcile"))
        .isEqualTo("disabled");
  }

  @Test
  void theThirdFormsSettingsHaveTheirNewPlaces() throws YamlSyntaxException {
    Migration migration = migrate(V1);
    YamlDocument release = document(migration, "jupiter-brain-com.yaml");

    assertThat(release.text("/spec/timeout")).isEqualTo("300s");
    assertThat(release.text("/spec/upgrade/force")).isEqualTo("true");
    assertThat(release.text("/spec/valuesFrom/0/valuesKey")).isEqualTo("extra.yaml");
    assertThat(release.text("/metadata/annotations/example.com~1owner")).isEqualTo("infra");
    assertThat(release.text("/spec/values/concurrency/create")).isEqualTo("30");
    assertThat(
            YamlReader.read(migration.files().get("image-automation.yaml"))
                .get(1)
                .text("/spec/policy/semver/range"))
        .isEqualTo("~1.4");
    assertThat(migration.notes())
        .anyMatch(note -> note.text().startsWith("spec.skipCRDs"))
        .anyMatch(note -> note.text().startsWith("spec.rollback"))
        .anyMatch(note -> note.text().startsWith("spec.chart.ref (master)"));
  }

  @Test
  void aChartFromElsewhereIsToldNotGuessed() {
    Migration migration =
        migrate(
            """
            apiVersion: helm.fluxcd.io/v1
            kind: HelmRelease
            metadata: {name: statsd, namespace: macstadium-staging}
            spec:
              chart: {repository: https://charts.example.com, name: statsd, version: 1.0.0}
            """);

    assertThat(migration.files()).isEmpty();
    assertThat(migration.notes())
        .anyMatch(note -> note.text().contains("https://charts.example.com"));
  }

  @Test
  void otherObjectsAndBrokenFilesAreTold() {
    assertThat(migrate("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n").notes())
        .anyMatch(note -> note.text().contains("ConfigMap"));
    assertThat(migrate("a:\n\tb: 1\n").notes())
        .anyMatch(note -> note.line() == 2 && note.text().startsWith("not carried"));
  }

  @Test
  void aRegularExpressionIsKeptAsItIs() {
    assertThat(new TagFilter("worker", "regexp:^v[0-9]+'s$").policy())
        .contains("pattern: '^v[0-9]+''s$'");
    assertThat(new TagFilter("worker", "glob:v1.*").policy()).contains("'^v1\\..*$'");
  }

  /** Values keep the letters that they have: quotes, spelling, comments, and the ends of lines. */
  @Test
  void whatIsCarriedIsWrittenAsItWas() throws YamlSyntaxException {
    String old =
        """
        apiVersion: helm.fluxcd.io/v1
        kind: HelmRelease
        metadata: {name: worker-com, namespace: macstadium-staging}
        spec:
          chart: {path: charts/macstadium-worker, git: x, ref: staging}
          test: {enable: true, timeout: 90, cleanup: true}
          valuesFrom:
            - configMapKeyRef: {name: more, namespace: other}
            - externalSourceRef: {url: "https://example.com/v.yaml"}
            - chartFileRef: {path: overrides/v.yaml}
          values:
            # Who runs here.
            site: "no"
            queue: "08" # text
            trvs:
              env: "~"
              app: '0x1F'
            extraEnv:
              # The first of them.
              - name: A
                value: "yes"
              - name: B
                value: 0362525
              - name: C
                value: 12e4
              - name: D
                value: |
                  two
                  lines
        """;
    for (String text : List.of(old, old.replace("\n", "\r\n"))) {
      Migration migration = migrate(text);
      String release = migration.files().get("worker-com.yaml");

      assertThat(release.replace("\r\n", "\n"))
          .contains("    # Who runs here.\n    site: \"no\"\n    queue: \"08\" # text\n")
          .contains("env: \"~\"\n      app: '0x1F'\n")
          .contains(
              "extraEnv:\n      # The first of them.\n      - name: A\n        value: \"yes\"")
          .contains("value: 0362525\n", "value: 12e4\n", "value: |\n          two\n")
          .contains("  test:\n    enable: true\n    timeout: 90s\n");
      assertThat(release.contains("\r\n")).isEqualTo(text.contains("\r\n"));
      assertThat(YamlReader.read(release).get(0).text("/spec/values/extraEnv/3/value"))
          .isEqualTo("two\nlines\n");
      assertThat(migration.notes())
          .extracting(Note::text)
          .anyMatch(note -> note.contains("configMapKeyRef") && note.contains("namespace"))
          .anyMatch(note -> note.contains("externalSourceRef"))
          .anyMatch(note -> note.contains("chartFileRef"))
          .anyMatch(note -> note.contains("spec.test.cleanup"))
          .noneMatch(note -> note.contains("comments"));
    }
  }
}
