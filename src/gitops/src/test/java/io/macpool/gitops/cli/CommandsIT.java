package io.macpool.gitops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.git.GitFixture;
import io.macpool.gitops.yaml.YamlReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands as a person types them, in a Git repository with the real tree. */
class CommandsIT {

  private static final String PRODUCTION = "releases/macstadium-prod-1/";
  private static final String STAGING = "releases/macstadium-staging/";

  @TempDir private Path root;

  private GitFixture git;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void makeRepository() {
    RepositoryTree.copyTo(root);
    git = GitFixture.init(root);
    commit("Start");
  }

  @Test
  void checkPassesTheTreeAsItIs() {
    assertThat(run("check")).as(out + "" + err).isZero();
    assertThat(out.toString()).contains("17 releases in 2 environments, 5 charts: all rules hold");
  }

  /** A release that nobody could read is missed in the count, and never passed. */
  @Test
  void checkCountsNoReleaseOfAFileThatItCannotRead() throws IOException {
    edit(PRODUCTION + "worker-com.yaml", "maxJobs: 270", "maxJobs: !!int \"270\"");

    assertThat(run("check")).isEqualTo(1);
    assertThat(out.toString())
        .contains("16 releases in 2 environments, 5 charts: 1 error\n")
        .endsWith("1 file could not be read: the releases there are neither counted nor judged\n")
        .doesNotContain("all rules hold", "this is not YAML");
  }

  @Test
  void checkOfNothingIsNoSuccess(@TempDir Path empty) throws IOException {
    Files.createDirectories(empty.resolve("charts"));
    Files.createDirectories(empty.resolve("releases"));

    int status =
        GitopsCommand.run(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            "--root",
            empty.toString(),
            "check");

    assertThat(status).isEqualTo(2);
    assertThat(err.toString()).contains("has no environment, so there is nothing to check");
  }

  @Test
  void checkTellsFileLineAndFixAndFails() throws IOException {
    edit(PRODUCTION + "worker-com.yaml", "maxJobs: 270", "maxJobs: 2700");

    assertThat(run("check")).isEqualTo(1);
    assertThat(out.toString())
        .contains("releases/macstadium-prod-1/worker-com.yaml:42: 2700 jobs at once")
        .contains("Lower maxJobs by 2420");
  }

  @Test
  void checkAnswersAsJson() throws IOException {
    edit(PRODUCTION + "worker-com.yaml", "maxJobs: 270", "maxJobs: 2700");

    assertThat(run("check", "--format", "json")).isEqualTo(1);
    JsonNode problems = new ObjectMapper().readTree(out.toString());
    assertThat(problems).hasSize(1);
    assertThat(problems.get(0).get("rule").asText()).isEqualTo("capacity");
    assertThat(problems.get(0).get("line").asInt()).isEqualTo(42);
  }

  @Test
  void checkAnswersAsAnnotations() throws IOException {
    edit(PRODUCTION + "worker-com.yaml", "maxJobs: 270", "maxJobs: 2700");

    assertThat(run("check", "--format", "github")).isEqualTo(1);
    assertThat(out.toString())
        .startsWith(
            "::error file=releases/macstadium-prod-1/worker-com.yaml,line=42,title=capacity::2700");
  }

  @Test
  void aWrongCommandLineIsToldAndIsNotAProblemOfTheTree() {
    assertThat(run("check", "--format", "xml")).isEqualTo(2);
    assertThat(run("frobnicate")).isEqualTo(2);
    assertThat(run("render", "nowhere")).isEqualTo(2);
    assertThat(err.toString()).contains("macstadium-staging");
    assertThat(run("--root", root.resolve("charts").toString(), "check")).isEqualTo(2);
  }

  @Test
  void renderPrintsOneReleaseOrAll() {
    assertThat(run("render", "macstadium-staging", "worker-com")).isZero();
    assertThat(out.toString()).contains("kind: WorkerCluster", "maxJobs: 8");
    out.getBuffer().setLength(0);
    assertThat(run("render", "macstadium-staging")).isZero();
    assertThat(out.toString()).contains("name: jupiter-brain-org", "name: worker-operator");
  }

  @Test
  void diffTellsObjectsAndCapacity() throws IOException {
    edit(STAGING + "worker-com.yaml", "maxJobs: 8", "maxJobs: 6");
    edit(STAGING + "kustomization.yaml", "  - worker-org.yaml\n", "");
    Files.delete(root.resolve(STAGING + "worker-org.yaml"));

    assertThat(run("diff", "macstadium-staging", "HEAD")).isZero();
    assertThat(out.toString())
        .contains("~ WorkerCluster/worker-com\n    spec.maxJobs: 8 → 6")
        .contains("- WorkerCluster/worker-org")
        .contains("  macs-com: 8 / 8 → 6 / 8")
        .contains("  all: 16 / 20 → 6 / 20");
  }

  /** The release's own file stays as it is. */
  @Test
  void diffFollowsTheValuesOfAConfigMap() throws IOException {
    edit(
        STAGING + "worker-com.yaml",
        "  values:\n",
        "  valuesFrom:\n    - kind: ConfigMap\n      name: more\n  values:\n");
    edit(STAGING + "worker-com.yaml", "    queue: ", "    # queue: ");
    edit(STAGING + "kustomization.yaml", "resources:\n", "resources:\n  - more.yaml\n");
    git.write(
        STAGING + "more.yaml",
        """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: more
          namespace: macstadium-staging
        data:
          values.yaml: |
            queue: builds.one
        """);
    commit("Take the queue from a ConfigMap");
    edit(STAGING + "more.yaml", "builds.one", "builds.two");

    assertThat(run("diff", "macstadium-staging", "HEAD")).as(err.toString()).isZero();
    assertThat(out.toString()).contains("builds.one → builds.two", "~ ConfigMap/more");
  }

  @Test
  void diffToTheSameTreeIsEmpty() {
    assertThat(run("diff", "macstadium-prod-1", "HEAD")).isZero();
    assertThat(out.toString()).contains("no object changes", "  macs-com: 270 / 280");
  }

  @Test
  void diffFromAnUnknownReferenceIsRefused() {
    assertThat(run("diff", "macstadium-prod-1", "--", "no-such-branch")).isEqualTo(2);
    assertThat(err.toString()).contains("no-such-branch");
  }

  @Test
  void promoteCarriesImageAndChartAndNoValues() throws Exception {
    String digest = "sha256:" + "1".repeat(64);
    runImage(STAGING + "worker-com.yaml", "main-20261121090000-1234567", digest);
    commit("Run a new build in staging");

    assertThat(
            run(
                "promote",
                "worker-com",
                "--from",
                "macstadium-staging",
                "--to",
                "macstadium-prod-1",
                "--as",
                "v1.1.0"))
        .as(err.toString())
        .isZero();

    String text = Files.readString(root.resolve(PRODUCTION + "worker-com.yaml"));
    assertThat(text)
        .contains("tag: v1.1.0 # {\"$imagepolicy\": \"macstadium-prod-1:worker:tag\"}")
        .contains("digest: " + digest + " # {")
        .contains("maxJobs: 270");
    assertThat(out.toString()).contains("~ WorkerCluster/worker-com", "template.spec.image");
  }

  @Test
  void promoteKeepsTheEndsOfLines() throws Exception {
    Path production = root.resolve(PRODUCTION + "worker-com.yaml");
    Files.writeString(production, Files.readString(production).replace("\n", "\r\n"));
    runImage(STAGING + "worker-com.yaml", "v1.1.0", "sha256:" + "4".repeat(64));
    commit("Run a new version in staging, and let an editor of Windows save a file");
    List<String> before = Files.readString(production).lines().toList();

    assertThat(
            run(
                "promote",
                "worker-com",
                "--from",
                "macstadium-staging",
                "--to",
                "macstadium-prod-1"))
        .as(err.toString())
        .isZero();

    String text = Files.readString(production);
    List<String> after = text.lines().toList();
    assertThat(text.replace("\r\n", "")).doesNotContain("\n");
    assertThat(after).hasSameSizeAs(before);
    long changed =
        IntStream.range(0, after.size()).filter(i -> !after.get(i).equals(before.get(i))).count();
    assertThat(changed).as("chart, version, tag and digest").isEqualTo(4);
  }

  @Test
  void aReleaseThatOnlyProductionHasFollowsOneOfTheSameChart() throws Exception {
    String digest = "sha256:" + "5".repeat(64);
    runImage(STAGING + "worker-com.yaml", "v1.1.0", digest);
    commit("Run a new version in staging");

    String[] plain = {
      "promote", "worker-custom-1", "--from", "macstadium-staging", "--to", "macstadium-prod-1"
    };
    assertThat(run(plain)).isEqualTo(2);
    assertThat(err.toString()).contains("--like: worker-com, worker-org");
    List<String> like = new ArrayList<>(List.of(plain));
    like.addAll(List.of("--like", "worker-com"));
    assertThat(run(like.toArray(new String[0]))).as(err.toString()).isZero();
    assertThat(Files.readString(root.resolve(PRODUCTION + "worker-custom-1.yaml")))
        .contains("digest: " + digest, "maxJobs:");
  }

  @Test
  void promoteRefusesWhatStagingHasNotRun() throws IOException {
    runImage(STAGING + "worker-com.yaml", "v1.1.0", "sha256:" + "2".repeat(64));

    assertThat(
            run(
                "promote",
                "worker-com",
                "--from",
                "macstadium-staging",
                "--to",
                "macstadium-prod-1"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("has never run sha256:2222");
  }

  @Test
  void promoteToProductionNeedsAReleasedVersion() {
    assertThat(
            run(
                "promote",
                "worker-com",
                "--from",
                "macstadium-staging",
                "--to",
                "macstadium-prod-1"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("--as v1.2.3");
  }

  @Test
  void promoteToAnEarlierImageOfStagingWorksAndWritesNothingWhenDry() throws Exception {
    String before = Files.readString(root.resolve(PRODUCTION + "worker-com.yaml"));
    String old = before.replaceFirst("(?s).*digest: (\\S+).*", "$1");
    runImage(STAGING + "worker-com.yaml", "v1.2.0", "sha256:" + "3".repeat(64));
    commit("Run another build in staging");

    assertThat(
            run(
                "promote",
                "worker-com",
                "--from",
                "macstadium-staging",
                "--to",
                "macstadium-prod-1",
                "--as",
                "v1.0.1",
                "--digest",
                old,
                "--dry-run"))
        .as(err.toString())
        .isZero();
    assertThat(Files.readString(root.resolve(PRODUCTION + "worker-com.yaml"))).isEqualTo(before);
  }

  @Test
  void newReleaseIsWrittenListedAndPassesTheCheck() throws IOException {
    edit(PRODUCTION + "worker-custom-2.yaml", "maxJobs: 24", "maxJobs: 12");

    assertThat(
            run(
                "new-release",
                "macstadium-prod-1",
                "macstadium-worker",
                "worker-custom-3",
                "--like",
                "worker-custom-2",
                "--set",
                "cluster.maxJobs=12",
                "--set",
                "queue=builds.macstadium-custom-3"))
        .as(err.toString())
        .isZero();

    assertThat(Files.readString(root.resolve(PRODUCTION + "worker-custom-3.yaml")))
        .contains("name: worker-custom-3", "secretName: worker-custom-3", "maxJobs: 12");
    assertThat(Files.readString(root.resolve(PRODUCTION + "kustomization.yaml")))
        .contains("  - worker-custom-2.yaml\n  - worker-custom-3.yaml\n");
    assertThat(run("check")).isZero();
  }

  @Test
  void whatIsSetIsWhatEveryReaderReads() throws Exception {
    edit(PRODUCTION + "worker-custom-2.yaml", "maxJobs: 24", "maxJobs: 12");
    String[] command = {
      "new-release",
      "macstadium-prod-1",
      "macstadium-worker",
      "worker-custom-3",
      "--like",
      "worker-custom-2",
      "--set",
      "cluster.maxJobs=12",
      "--set",
      "queue="
    };
    for (String queue : new String[] {"builds.a #b", "0123", "yes", "a: b"}) {
      command[command.length - 1] = "queue=" + queue;
      assertThat(run(command)).as(err.toString()).isZero();
      Path written = root.resolve(PRODUCTION + "worker-custom-3.yaml");
      assertThat(
              YamlReader.read(Files.readString(written)).get(0).content().at("/spec/values/queue"))
          .isEqualTo(TextNode.valueOf(queue));
      git.run("checkout", "--quiet", "--", PRODUCTION + "kustomization.yaml");
      Files.delete(written);
    }
    command[command.length - 1] = "cluster.maxJobs=twelve";
    assertThat(run(command)).isEqualTo(2);
    assertThat(err.toString())
        .contains("cluster.maxJobs is \"twelve\", and must be a whole number");
  }

  @Test
  void newReleaseLikeOneOfAnotherChartIsRefused() {
    assertThat(
            run(
                "new-release",
                "macstadium-prod-1",
                "jupiter-brain",
                "jupiter-brain-x",
                "--like",
                "worker-com"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("worker-com is a release of macstadium-worker");
  }

  @Test
  void newReleaseThatDoesNotFitIsNotWritten() {
    assertThat(
            run(
                "new-release",
                "macstadium-prod-1",
                "macstadium-worker",
                "worker-custom-3",
                "--like",
                "worker-custom-2"))
        .isEqualTo(1);
    assertThat(root.resolve(PRODUCTION + "worker-custom-3.yaml")).doesNotExist();
    assertThat(err.toString()).contains("do not fit the hardware pool", "nothing was written");
  }

  @Test
  void migratePrintsAndReports() throws IOException {
    Path old = Files.createDirectories(root.resolve("old"));
    Files.writeString(
        old.resolve("worker-operator.yaml"),
        """
        apiVersion: flux.weave.works/v1beta1
        kind: HelmRelease
        metadata: {name: worker-operator, namespace: macstadium-staging}
        spec:
          chart: {path: charts/worker-operator, git: git@example.com:x.git, ref: staging}
          values: {image: {tag: v1.0.0}}
        """);

    assertThat(run("migrate", old.toString(), "--out", root.resolve("new").toString())).isZero();
    assertThat(root.resolve("new/worker-operator.yaml")).exists();
    assertThat(err.toString()).contains("1 releases carried", "digest");
    assertThat(run("migrate", old.toString(), "--out", root.resolve("new").toString()))
        .as("existing files stay")
        .isEqualTo(2);
  }

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--root", root.toString()));
    all.addAll(List.of(arguments));
    return GitopsCommand.run(
        new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(new String[0]));
  }

  private void runImage(String file, String tag, String digest) throws IOException {
    Path path = root.resolve(file);
    String text = Files.readString(path);
    Files.writeString(
        path,
        text.replaceFirst("tag: \\S+", "tag: " + tag)
            .replaceFirst("digest: \\S+", "digest: " + digest));
  }

  private void edit(String file, String from, String to) throws IOException {
    Path path = root.resolve(file);
    String text = Files.readString(path);
    assertThat(text).contains(from);
    Files.writeString(path, text.replace(from, to));
  }

  /** On the branch that is checked out, and pushed to staging as well. */
  private void commit(String message) {
    git.commit(message);
    git.run("branch", "--force", "staging");
  }
}
