package io.macpool.gitops.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.git.GitFixture;
import io.macpool.gitops.git.GitRepository;
import io.macpool.gitops.tree.DeployTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Production runs what staging has run: not releases' images alone, but any that an object has. */
class ObjectImagesIT {

  private static final String PRODUCTION = "releases/macstadium-prod-1/";
  private static final String STAGING = "releases/macstadium-staging/";
  private static final String COPY = PRODUCTION + "charts/macstadium-worker-1.0.0/";
  private static final String DIGEST = "sha256:" + "7".repeat(64);
  private static final String IMAGE = "docker.io/library/probe:1.2@" + DIGEST;
  private static final String POD = "spec: {containers: [{name: a, image: " + IMAGE + "}]}";
  private static final String NEVER =
      " runs " + IMAGE + ", which has not run in macstadium-staging";

  @TempDir private Path root;

  private GitFixture git;

  @BeforeEach
  void makeRepository() throws IOException {
    RepositoryTree.copySmallTo(root);
    git = GitFixture.init(root);
    git.commit("Start");
    git.run("branch", "staging");
  }

  @Test
  void anObjectInAFileIsJudged() throws IOException {
    write(PRODUCTION, "v1", "Pod", POD);

    assertThat(check())
        .anyMatch(told -> told.contains("more.yaml:6: Pod more" + NEVER))
        .anyMatch(told -> told.contains("name it with the reason in releases/exempt-images.yaml"));
  }

  @Test
  void anObjectOfAChartIsJudged() throws IOException {
    addJob(COPY);

    assertThat(check())
        .filteredOn(told -> told.contains("the rendered Job worker-com-more" + NEVER))
        .singleElement()
        .asString()
        .startsWith(PRODUCTION + "worker-com.yaml:");
  }

  @Test
  void anImageWithoutADigestIsRefusedInFilesAsWell() throws IOException {
    write(PRODUCTION, "v1", "Pod", "spec: {containers: [{name: a, image: probe:1.2}]}");

    assertThat(check())
        .anyMatch(told -> told.contains("Pod more runs \"probe:1.2\", which has no digest"));
  }

  @Test
  void whatStagingsFilesHaveRunHolds() throws IOException {
    git.run("checkout", "--quiet", "staging");
    write(STAGING, "v1", "Pod", POD);
    git.commit("Run the probe in staging");
    git.run("checkout", "--quiet", "main");
    write(PRODUCTION, "v1", "Pod", POD);

    assertThat(check()).noneMatch(told -> told.contains("has not run"));
  }

  @Test
  void whatStagingsChartsHaveRenderedHoldsAlsoOnceItIsGone() throws IOException {
    git.run("checkout", "--quiet", "staging");
    addJob("charts/macstadium-worker/");
    git.commit("Run a job in staging");
    Files.delete(root.resolve("charts/macstadium-worker/templates/more.yaml"));
    git.commit("Drop the job in staging");
    git.run("checkout", "--quiet", "main");
    addJob(COPY);

    assertThat(check()).noneMatch(told -> told.contains("has not run"));
  }

  /** To stand in a file, in a chart that is off, in a branch that was not merged, is not to run. */
  @Test
  void whatStagingHasOnlyNamedIsRefused() throws IOException {
    git.run("checkout", "--quiet", "staging");
    git.write("charts/macstadium-worker/files/more.txt", IMAGE);
    git.write(
        "charts/macstadium-worker/templates/more.yaml",
        "{{ if eq .Release.Name \"none\" }}\nkind: Pod\nimage: " + IMAGE + "\n{{ end }}");
    git.commit("Name the image");
    git.run("checkout", "--quiet", "-b", "topic");
    addJob("charts/macstadium-worker/");
    git.commit("Not merged");
    git.run("checkout", "--quiet", "main");
    addJob(COPY);

    assertThat(check()).anyMatch(told -> told.contains(NEVER));
  }

  @Test
  void whatIsNotOursMayBeExempted() throws IOException {
    write(PRODUCTION, "v1", "Pod", POD);
    exempt("- image: " + IMAGE + "\n  reason: Another team runs it, and tests it.\n");

    assertThat(check()).noneMatch(told -> told.contains("has not run"));
  }

  @Test
  void theListOfExemptionsIsNarrow() throws IOException {
    write(PRODUCTION, "v1", "Pod", POD);
    exempt(
        """
        - image: docker.io/library/probe:1.2
          reason: needed
        - image: docker.io/library/probe@DIGEST
          reason: needed
        - image: docker.io/library/probe:1.2@DIGEST
          reason: ""
        """
            .replace("DIGEST", DIGEST));

    assertThat(check())
        .anyMatch(
            told -> told.contains("exempt-images.yaml:1: the image") && told.contains("no digest"))
        .anyMatch(told -> told.contains("exempt-images.yaml:3: no object needs the entry of"))
        .anyMatch(told -> told.contains("exempt-images.yaml:5: nothing says why"));
  }

  /** No exemption reaches the image that a release runs. */
  @Test
  void aReleasesOwnImageIsNotExempted() throws IOException {
    Path release = root.resolve(PRODUCTION + "worker-com.yaml");
    Files.writeString(
        release,
        Files.readString(release).replaceFirst("digest: sha256:[0-9a-f]+", "digest: " + DIGEST));
    exempt("- image: ghcr.io/macpool/worker:v1.0.0@" + DIGEST + "\n  reason: hurry\n");

    assertThat(check())
        .anyMatch(told -> told.contains("worker:v1.0.0 has not run in macstadium-staging"))
        .anyMatch(told -> told.contains("of a name that releases run"));
  }

  private void exempt(String text) {
    git.write("releases/exempt-images.yaml", text);
  }

  private void write(String directory, String api, String kind, String spec) throws IOException {
    String namespace = Path.of(directory).getFileName().toString();
    git.write(
        directory + "more.yaml",
        "apiVersion: %s\nkind: %s\nmetadata:\n  name: more\n  namespace: %s\n%s\n"
            .formatted(api, kind, namespace, spec));
    Path list = root.resolve(directory + "kustomization.yaml");
    Files.writeString(
        list, Files.readString(list).replace("resources:\n", "resources:\n  - more.yaml\n"));
  }

  /** A template that makes a Job of the image. */
  private void addJob(String chart) {
    git.write(
        chart + "templates/more.yaml",
        """
        {{- if eq .Release.Name "worker-com" }}
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: {{ .Release.Name }}-more
          namespace: {{ .Release.Namespace }}
        spec:
          template:
            spec:
              restartPolicy: Never
              containers:
                - name: probe
                  image: %s
        {{- end }}
        """
            .formatted(IMAGE));
  }

  private List<String> check() {
    DeployTree tree = DeployTree.read(root);
    return new Checker()
        .check(tree, new GitRepository(root)).stream().map(Problem::toString).toList();
  }
}
