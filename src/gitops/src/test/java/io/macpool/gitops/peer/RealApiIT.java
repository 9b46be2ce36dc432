package io.macpool.gitops.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.check.Checker;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.helm.HelmRenderer;
import io.macpool.gitops.helm.RenderException;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.yaml.YamlDocument;
import io.macpool.gitops.yaml.YamlReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the check holds, a real API server takes; what that refuses, the check refuses before it.
 */
class RealApiIT {

  private static final DeployTree TREE = RepositoryTree.read();
  private static final String PRODUCTION = "macstadium-prod-1";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Brought to a cluster by others; their definitions are not here. */
  private static final Set<String> FOREIGN =
      Set.of("PodMonitor", "PrometheusRule", "ServiceMonitor");

  private final HelmRenderer helm = new HelmRenderer();

  @TempDir private Path directory;

  private RealApi api;

  @BeforeEach
  void join() {
    api = RealApi.join(directory);
  }

  @AfterEach
  void leave() throws Exception {
    if (api != null) {
      for (Environment environment : TREE.environments()) {
        api.must(
            api.run(
                "",
                "delete",
                "namespace",
                environment.name(),
                "--ignore-not-found",
                "--wait=false"));
      }
      // The newest definitions stay, as the operator's own tests leave them.
      define(TREE.chart(Chart.OPERATOR).orElseThrow());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"macstadium-staging", "macstadium-prod-1"})
  void everyObjectOfTheTreeIsTaken(String name) throws Exception {
    Environment environment = prepare(name);
    List<JsonNode> objects = new ArrayList<>();
    Set<String> kinds = new TreeSet<>();
    for (Release release : environment.releases()) {
      for (YamlDocument object :
          helm.render(TREE.chart(release).orElseThrow(), release.name(), name, release.values())) {
        kinds.add(object.kind());
        if (!FOREIGN.contains(object.kind())) {
          objects.add(object.content());
        }
      }
    }
    environment.documents("HardwarePool").forEach(at -> objects.add(at.document().content()));

    RealApi.Answer answer = api.wouldTake(list(objects));

    assertThat(answer.taken()).as(answer.text()).isTrue();
    assertThat(kinds).contains("WorkerCluster", "Deployment", "NetworkPolicy");
    assertThat(answer.text().lines().filter(line -> line.contains("(server dry run)")))
        .hasSameSizeAs(objects);
  }

  /**
   * A file of production, an object in its first document, and what is set there: the API refuses.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jupiter-brain-custom-2 | /spec/values | {resources: {requests: {memory: 64Gi}}}",
        "jupiter-brain-custom-2 | /spec/values | {resources: {requests: {cpu: 2}, limits: {cpu:"
            + " 1}}}",
        "jupiter-brain-custom-2 | /spec/values | {networkPolicy: {egressCidrs: [999.1.1.1/99]}}",
        "jupiter-brain-custom-2 | /spec/values | {networkPolicy: {egressCidrs: [10.0.0.0]}}",
        "jupiter-brain-custom-2 | /spec/values | {networkPolicy: {egressCidrs: [10.0.0.0/33]}}",
        "jupiter-brain-custom-2 | /spec/values | {networkPolicy: {egressCidrs: ['::/129']}}",
        "jupiter-brain-custom-2 | /spec/values | {podLabels: {no label: x}}",
        "jupiter-brain-custom-2 | /spec/values | {podLabels: {a: no label value!}}",
        "jupiter-brain-custom-2 | /spec/values | {podLabels: {a/b/c: x}}",
        "jupiter-brain-custom-2 | /spec/values | {nodeSelector: {a: no label value!}}",
        "jupiter-brain-custom-2 | /spec/values | {podAnnotations: {a b: x}}",
        "jupiter-brain-custom-2 | /spec/values | {extraEnv: [{name: 1=2, value: x}]}",
        "jupiter-brain-custom-2 | /spec/values | {podDisruptionBudget: {maxUnavailable: banana}}",
        "jupiter-brain-custom-2 | /spec/values | {priorityClassName: Not_A_Name}",
        "jupiter-brain-custom-2 | /spec/values | {secretName: Not_A_Name}",
        "worker-custom-2 | /spec/values/cluster | {maxJobs: -1}",
        "worker-custom-2 | /spec/values/cluster | {weight: 0}",
        "worker-custom-2 | /spec/values/cluster | {scaling: {enabled: true, minJobs: 25}}",
        "worker-custom-2 | /spec/values/cluster | {scaling: {enabled: true, targetQueueWait:"
            + " soon}}",
        "hardware/pools | /spec | {brokerUrl: 'http://b'}",
        "hardware/pools | /spec | {slots: null}",
        "hardware/pools | /spec | {slots: -1}",
      })
  void whatTheApiRefusesTheCheckRefuses(String name, String pointer, String more) throws Exception {
    prepare(PRODUCTION);
    Path path = Path.of("releases", PRODUCTION, name + ".yaml");
    DeployTree tree = TREE.with(PRODUCTION, spoilt(path, pointer, more));

    List<Problem> problems = new Checker().check(tree, RepositoryTree.ran(TREE));

    // The markers are comments, which a file written anew has not.
    assertThat(problems)
        .as("the check")
        .extracting(Problem::rule)
        .anyMatch(rule -> !rule.equals("image-automation"));
    Optional<String> manifest = manifest(tree, path);
    if (manifest.isPresent()) {
      RealApi.Answer answer = api.wouldTake(manifest.get());
      assertThat(answer.taken()).as(answer.text()).isFalse();
    }
  }

  private static SourceFile spoilt(Path path, String pointer, String more) throws Exception {
    List<String> documents = new ArrayList<>();
    for (YamlDocument document : DeployTree.readFile(TREE.root(), path).documents()) {
      JsonNode content = document.content().deepCopy();
      if (documents.isEmpty()) {
        ObjectNode place = (ObjectNode) content.at(pointer);
        place.setAll((ObjectNode) YamlReader.read(more).get(0).content());
        place.removeNulls();
      }
      documents.add(content.toPrettyString());
    }
    SourceFile file = SourceFile.of(path, String.join("\n---\n", documents) + "\n");
    assertThat(file.unreadable()).isEmpty();
    return file;
  }

  /** What would be applied; empty if Helm itself refuses. */
  private Optional<String> manifest(DeployTree tree, Path path) {
    Environment environment = tree.environment(PRODUCTION).orElseThrow();
    List<JsonNode> objects = new ArrayList<>();
    for (Release release : environment.releases()) {
      if (release.file().path().equals(path)) {
        try {
          helm
              .render(
                  tree.chart(release).orElseThrow(), release.name(), PRODUCTION, release.values())
              .stream()
              .filter(object -> !FOREIGN.contains(object.kind()))
              .forEach(object -> objects.add(object.content()));
        } catch (RenderException e) {
          return Optional.empty();
        }
      }
    }
    environment.documents("HardwarePool").stream()
        .filter(at -> at.file().path().equals(path))
        .forEach(at -> objects.add(at.document().content()));
    assertThat(objects).isNotEmpty();
    return Optional.of(list(objects));
  }

  private Environment prepare(String name) throws Exception {
    Environment environment = TREE.environment(name).orElseThrow();
    Release operator =
        environment.releases().stream()
            .filter(release -> release.chart().equals(Chart.OPERATOR))
            .findFirst()
            .orElseThrow();
    define(TREE.chart(operator).orElseThrow());
    api.apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: " + name + "}\n");
    return environment;
  }

  private void define(Chart operator) throws Exception {
    try (Stream<Path> files = Files.list(operator.directory().resolve("crds"))) {
      for (Path file : files.toList()) {
        api.apply(Files.readString(file));
      }
    }
    api.must(
        api.run(
            "",
            "wait",
            "--for=condition=Established",
            "--timeout=60s",
            "crd/workerclusters.travisci.com",
            "crd/hardwarepools.travisci.com"));
  }

  private static String list(List<JsonNode> objects) {
    return JSON.createObjectNode()
        .put("apiVersion", "v1")
        .put("kind", "List")
        .set("items", JSON.valueToTree(objects))
        .toString();
  }
}
