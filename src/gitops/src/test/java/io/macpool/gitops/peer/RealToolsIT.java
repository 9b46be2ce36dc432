package io.macpool.gitops.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.helm.HelmRenderer;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Environment.Located;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.tree.SourceFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every release of the tree, by our reading and rendering, and by those that deploy it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealToolsIT {

  private static final String STAGING = "macstadium-staging";
  private static final DeployTree TREE = RepositoryTree.read();

  @TempDir private static Path copy;

  private RealTools real;

  @BeforeAll
  void start() {
    real = RealTools.start();
    RepositoryTree.copyTo(copy);
  }

  @AfterAll
  void end() throws Exception {
    if (real != null) {
      real.close();
    }
  }

  /** Flux' Kustomizations: the directories that are deployed, each on its own. */
  static Stream<Located> kustomizations() {
    return TREE.environments().stream()
        .flatMap(environment -> environment.documents("Kustomization").stream())
        .filter(at -> at.document().apiVersion().startsWith("kustomize.toolkit.fluxcd.io/"));
  }

  static Stream<Release> releases() {
    return TREE.environments().stream().flatMap(environment -> environment.releases().stream());
  }

  /** The objects that the check judges are those that kustomize and Flux make of the directory. */
  @ParameterizedTest
  @MethodSource("kustomizations")
  void theSameObjectsAreApplied(Located kustomization) {
    Map<String, JsonNode> theirs = byIdentity(applied(kustomization.document().content()));
    String directory = kustomization.document().text("/spec/path");
    Environment environment =
        TREE.environment(kustomization.file().path().getName(1).toString()).orElseThrow();
    Map<String, JsonNode> ours =
        byIdentity(
            environment.documents().stream()
                .filter(at -> isDeployedFrom(at, Path.of(directory).normalize()))
                .map(at -> at.document().content()));

    assertThat(theirs).isNotEmpty();
    assertThat(theirs.keySet()).isEqualTo(ours.keySet());
    theirs.forEach(
        (identity, object) ->
            assertThat(written(ours.get(identity))).as(identity).isEqualTo(written(object)));
  }

  /** The values that the check judges are those that Flux hands to Helm. */
  @ParameterizedTest
  @MethodSource("releases")
  void theSameValuesReachHelm(Release release) {
    assertThat(written(release.values())).isEqualTo(written(theirValues(release)));
  }

  /** Byte for byte: their objects, their values, their Helm; and ours. */
  @ParameterizedTest
  @MethodSource("releases")
  void theSameTextIsRendered(Release release) throws Exception {
    Chart chart = TREE.chart(release).orElseThrow();
    String ours =
        new HelmRenderer()
            .renderAll(chart, release.name(), release.environment(), release.values())
            .text();

    String theirs =
        real.told(
                RealTools.question("render")
                    .put("chart", chart.directory().toString())
                    .put("name", release.name())
                    .put("namespace", release.environment())
                    .put("kube", HelmRenderer.KUBERNETES)
                    .set("values", theirValues(release)))
            .get("text")
            .asText();

    assertThat(documents(theirs)).isNotEmpty();
    assertThat(documents(ours)).isEqualTo(documents(theirs));
    assertThat(hooks(theirs)).isNotEmpty();
    assertThat(hooks(ours)).containsExactlyInAnyOrderElementsOf(hooks(theirs));
  }

  /** Values of two ConfigMaps and of the release itself, each over the one before. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{a: {b: 1, c: 2}} | {a: {b: 3}}           | {a: {d: 4}}",
        "{a: {b: {c: 1}}}  | {a: {b: {d: 2}}}      | {a: {b: {c: 3}}}",
        "{a: [1, 2]}       | {a: [3]}              | {}",
        "{a: [{b: 1}]}     | {}                    | {a: [{c: 2}]}",
        "{a: {b: 1}}       | {a: null}             | {}",
        "{a: {b: 1}}       | {a: {b: null}}        | {a: {c: 1}}",
        "{a: {b: 1}}       | {a: text}             | {}",
        "{a: text}         | {a: {b: 1}}           | {a: {c: null}}",
        "{}                | {a: 1}                | {a: null}",
        "{a: {b: 1}}       | {}                    | {a: {}}",
        "{a: 1.5, b: 10}   | {b: true, c: \"no\"}  | {d: \"08\", e: \"\"}",
      })
  void valuesGoOverEachOtherAsFluxMergesThem(String first, String second, String own) {
    String text = "";
    for (String values : List.of(first, second)) {
      text +=
          "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m%d, namespace: %s}\ndata: {values.yaml: '%s'}\n---\n"
              .formatted(text.isEmpty() ? 1 : 2, STAGING, values);
    }
    String release =
        """
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata: {name: more, namespace: %s}
        spec:
          valuesFrom: [{kind: ConfigMap, name: m1}, {kind: ConfigMap, name: m2}]
          values: %s
        """
            .formatted(STAGING, own);
    DeployTree tree =
        TREE.with(
            STAGING, SourceFile.of(Path.of("releases", STAGING, "more.yaml"), text + release));
    Environment environment = tree.environment(STAGING).orElseThrow();
    Release ours = environment.release("more").orElseThrow();
    ObjectNode question =
        RealTools.question("values")
            .put("namespace", STAGING)
            .set("values", ours.document().content().at("/spec/values"));
    question.set("references", ours.document().content().at("/spec/valuesFrom"));
    ArrayNode cluster = question.putArray("cluster");
    environment.documents("ConfigMap").forEach(at -> cluster.add(at.document().content()));

    assertThat(ours.unfollowed()).isEmpty();
    assertThat(written(ours.values())).isEqualTo(written(real.told(question).get("values")));
  }

  @Test
  void theTreeHasReleases() {
    assertThat(releases()).hasSizeGreaterThan(10);
    assertThat(kustomizations()).hasSize(4);
  }

  /** From the object that kustomize and Flux made of the file, not from our reading of it. */
  private JsonNode theirValues(Release release) {
    JsonNode kustomization =
        kustomizations()
            .map(at -> at.document().content())
            .filter(content -> content.at("/metadata/name").asText().equals(release.environment()))
            .findFirst()
            .orElseThrow();
    List<JsonNode> applied = applied(kustomization).toList();
    JsonNode object =
        applied.stream()
            .filter(content -> content.path("kind").asText().equals(Release.KIND))
            .filter(content -> content.at("/metadata/name").asText().equals(release.name()))
            .findFirst()
            .orElseThrow();
    ObjectNode question =
        RealTools.question("values")
            .put("namespace", release.environment())
            .set("values", object.at("/spec/values"));
    ArrayNode cluster = question.putArray("cluster");
    applied.forEach(cluster::add);
    if (object.at("/spec/valuesFrom").isArray()) {
      question.set("references", object.at("/spec/valuesFrom"));
    }
    return real.told(question).get("values");
  }

  /** The rendered objects in their order. */
  private static List<String> documents(String text) {
    return all(text).filter(document -> !document.contains(HelmRenderer.HOOK)).toList();
  }

  /** Behind the objects, in Helm's order of running them. */
  private static List<String> hooks(String text) {
    return all(text).filter(document -> document.contains(HelmRenderer.HOOK)).toList();
  }

  /**
   * Each as it stands, byte for byte, without the empty lines behind it, which Helm 3 drops and
   * Helm 4 keeps.
   */
  private static Stream<String> all(String text) {
    return Stream.of(text.split("(?m)^---$", -1))
        .map(String::strip)
        .filter(document -> !document.isEmpty());
  }

  private Stream<JsonNode> applied(JsonNode kustomization) {
    JsonNode answer =
        real.told(
            RealTools.question("build")
                .put("root", copy.toString())
                .set("kustomization", kustomization));
    return StreamSupport.stream(answer.get("objects").spliterator(), false);
  }

  /** The environment's own files, or those of one directory in it. */
  private static boolean isDeployedFrom(Located at, Path directory) {
    boolean list = at.document().apiVersion().startsWith("kustomize.config.k8s.io/");
    return !list && at.file().path().getParent().equals(directory);
  }

  private static Map<String, JsonNode> byIdentity(Stream<JsonNode> objects) {
    return objects.collect(
        Collectors.toMap(
            object ->
                object.path("apiVersion").asText()
                    + " "
                    + object.path("kind").asText()
                    + " "
                    + object.at("/metadata/name").asText(),
            Function.identity(),
            (one, other) -> {
              throw new IllegalStateException("twice: " + one);
            },
            TreeMap::new));
  }

  /** With the members of every object in one order: they have none. */
  private static String written(JsonNode value) {
    return sorted(value).toPrettyString();
  }

  private static JsonNode sorted(JsonNode value) {
    if (value.isObject()) {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      Map<String, JsonNode> members = new TreeMap<>();
      value.properties().forEach(entry -> members.put(entry.getKey(), entry.getValue()));
      members.forEach((name, member) -> object.set(name, sorted(member)));
      return object;
    }
    if (value.isArray()) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      value.forEach(item -> array.add(sorted(item)));
      return array;
    }
    return value;
  }
}
