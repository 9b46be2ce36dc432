package io.macpool.gitops.charts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.helm.HelmRenderer;
import io.macpool.gitops.helm.RenderException;
import io.macpool.gitops.schema.KubernetesSchemas;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.ChartReadme;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.yaml.YamlDocument;
import io.macpool.gitops.yaml.YamlReader;
import io.macpool.gitops.yaml.YamlSyntaxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChartsTest {

  private static final DeployTree TREE = RepositoryTree.read();
  private static final KubernetesSchemas SCHEMAS =
      new KubernetesSchemas(
          TREE.charts().values().stream().flatMap(c -> c.definitions().stream()).toList());
  private static final HelmRenderer HELM = new HelmRenderer();

  /** The charts with their tests as plain objects: Helm keeps hooks out of what it renders. */
  @TempDir private static Path plain;

  private static DeployTree plainTree;

  @BeforeAll
  static void makeTestsPlain() throws IOException {
    RepositoryTree.copyTo(plain);
    for (String chart : TREE.charts().keySet()) {
      Path test = plain.resolve("charts").resolve(chart).resolve("templates/tests/answers.yaml");
      Files.writeString(test, Files.readString(test).replaceAll("(?m)^    helm.sh/hook.*$", ""));
    }
    plainTree = DeployTree.read(plain);
  }

  private static Chart chart(String name) {
    return TREE.chart(name).orElseThrow();
  }

  private static List<YamlDocument> render(String chart, String values)
      throws RenderException, YamlSyntaxException {
    JsonNode all =
        YamlReader.read("nameOverride: \"\"\n" + needed(chart, values) + values).get(0).content();
    return HELM.render(plainTree.chart(chart).orElseThrow(), "try", "macstadium-staging", all);
  }

  /** What a release of the chart must say, where the values don't. */
  private static String needed(String chart, String values) {
    return switch (chart) {
      case "macstadium-worker" -> "site: com\njupiterBrainName: brain\n";
      case "scale-set" ->
          (values.contains("github:") ? "" : "github: {url: https://github.com/my-organization}\n")
              + (values.contains("runners:") ? "" : "runners: {image: macos-15}\n");
      default -> "";
    };
  }

  private static YamlDocument one(List<YamlDocument> objects, String kind) {
    return objects.stream().filter(object -> object.kind().equals(kind)).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"jupiter-brain", "worker-operator", "macstadium-worker", "console", "scale-set"})
  void readmeIsWhatTheSchemaSays(String name) throws IOException {
    assertThat(Files.readString(chart(name).directory().resolve("README.md")))
        .as("run: java -jar src/gitops/target/gitops.jar chart-docs")
        .isEqualTo(ChartReadme.of(chart(name)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"jupiter-brain", "worker-operator", "macstadium-worker", "console", "scale-set"})
  void everyValueIsDescribedAndItsDefaultIsTheOneThatHolds(String name) {
    List<String> problems = new ArrayList<>();
    compare(chart(name).schema(), chart(name).defaults(), "", problems);
    assertThat(problems).isEmpty();
  }

  private static void compare(JsonNode schema, JsonNode values, String path, List<String> out) {
    values
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!schema.path("properties").has(name)) {
                out.add(path + name + " is in values.yaml and not in the schema");
              }
            });
    schema
        .path("properties")
        .properties()
        .forEach(
            entry -> {
              JsonNode property = entry.getValue();
              String here = path + entry.getKey();
              if (property.path("description").asText().isBlank()) {
                out.add(here + " has no description");
              }
              if (property.has("default")
                  && !property
                      .get("default")
                      .toString()
                      .equals(values.path(entry.getKey()).toString())) {
                out.add(here + ": default and values.yaml differ");
              }
              if (property.path("properties").isObject() && !property.has("default")) {
                compare(property, values.path(entry.getKey()), here + ".", out);
              }
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "jupiter-brain | replicaCount: 1",
        "jupiter-brain | `replicaCount: 1\ndatabase: {enabled: false}`",
        "jupiter-brain | `vsphere: {basePath: /a/, vmPath: /b/, clusterPath: /c/, caConfigMap:"
            + " ca}`",
        """
        jupiter-brain | `imagePullSecrets: gcr-io
        podLabels: {team: a}
        tolerations: [{key: a, operator: Exists}]`\
        """,
        "jupiter-brain | `imagePullSecrets: [{name: a}, {name: b}]\naffinity: {nodeAffinity: {}}`",
        "jupiter-brain | `monitoring: {serviceMonitor: {enabled: true}, prometheusRule: {enabled:"
            + " true}, dashboard: {enabled: true}}`",
        "console | `monitoring: {serviceMonitor: {enabled: true}}`",
        "console | `kubernetes: {enabled: false}\nnetworkPolicy: {enabled: false}`",
        "console | `ingress: {enabled: true, host: pool.example.com, tlsSecretName: t, className:"
            + " nginx}`",
        "scale-set | `monitoring: {serviceMonitor: {enabled: true}}\n"
            + "networkPolicy: {enabled: false}`",
        "scale-set | `github: {url: https://ghe.example.com/o, caConfigMap: ca, proxy:"
            + " 'http://proxy:3128'}`",
        "scale-set | `github: {url: https://github.com/o, app: {id: '7', installation: '77'}}`",
        "scale-set | `runners: {image: macos-15, labels: [mac, arm64], min: 1, max: 4, cpus: 8,"
            + " ram: 16384}`",
        "worker-operator | `operator: {watchNamespace: '*'}`",
        """
        worker-operator | `replicaCount: 1
        leaderElection: {enabled: false}
        rbac: {create: false}`\
        """,
        "worker-operator | `secretName: s\n"
            + "monitoring: {serviceMonitor: {enabled: true}, prometheusRule: {enabled: true},"
            + " dashboard: {enabled: true}}`",
        "macstadium-worker | `cluster: {enabled: false}\nreplicaCount: 4\npoolSize: 2`",
        "macstadium-worker | `cluster: {maxJobs: 8, scaling: {enabled: true, minJobs: 2,"
            + " targetQueueWait: 5m, maxStep: 3}}`",
        "macstadium-worker | `cluster: {maxJobs: 8, scaling: {enabled: true, jobsPerQueuedJob:"
            + " 0.5}}`",
        """
        macstadium-worker | `secretEnvFrom: true
        imagePullSecrets: gcr-io
        trvs: {enabled: true, app: a, env: b, pro: true}`\
        """,
        "macstadium-worker | `imageSelectorType: env\n"
            + "extraEnv: [{name: TRAVIS_WORKER_JUPITERBRAIN_IMAGE_DEFAULT, value: x}]`",
        "macstadium-worker | `monitoring: {serviceMonitor: {enabled: true}, prometheusRule:"
            + " {enabled: true}, dashboard: {enabled: true}}`",
      })
  void whateverIsSwitchedTheObjectsAreSound(String chart, String values) throws Exception {
    List<YamlDocument> objects = render(chart.strip(), values.strip());

    assertThat(objects).isNotEmpty();
    for (YamlDocument object : objects) {
      assertThat(SCHEMAS.validate(object.content()))
          .as(object.kind() + "/" + object.name() + "\n" + object.content().toPrettyString())
          .isEmpty();
    }
  }

  @Test
  void onlyImagesThatMacsHaveANameForArePulled() throws Exception {
    String values =
        "tart: {hosts: [{name: m, address: a}], secretName: s, images: {known: r.example.com/k:1},"
            + " pull: [known%s]}";
    assertThat(render("jupiter-brain", values.formatted("")))
        .anySatisfy(
            object -> assertThat(object.text("/data/hosts.yaml")).contains("pull:\n  - known\n"));
    assertThatThrownBy(() -> render("jupiter-brain", values.formatted(", other")))
        .hasMessageContaining("tart.pull names other, which is none of tart.images");
  }

  @ParameterizedTest
  @CsvSource({
    "'vsphere: {enabled: false}', vsphere.enabled is false and tart.hosts is empty",
    "'vsphere: {enabled: false, thumbprint: \"%s\"}', vsphere.thumbprint is given",
  })
  void aBrokerWithoutVSphereHasMacsAndNothingOfVSpheres(String values, String words) {
    String macs =
        values.contains("thumbprint")
            ? "\ntart: {hosts: [{name: m, address: a}], secretName: s, images: {i: local}}"
            : "";
    assertThatThrownBy(() -> render("jupiter-brain", values.formatted("00".repeat(32)) + macs))
        .isInstanceOf(RenderException.class)
        .hasMessageContaining(words);
  }

  @Test
  void twoBrokersNeedADatabase() {
    assertThatThrownBy(() -> render("jupiter-brain", "database: {enabled: false}"))
        .isInstanceOf(RenderException.class)
        .hasMessageContaining("the embedded ledger serves one pod only");
  }

  @ParameterizedTest
  @CsvSource({
    "site, Set site to org or com",
    "jupiterBrainName, Set jupiterBrainName to the release of the broker"
  })
  void aWorkerIsToldWhatItMustKnow(String value, String words) {
    assertThatThrownBy(() -> renderWorkerWithout(value))
        .isInstanceOf(RenderException.class)
        .hasMessageContaining(words);
  }

  private static void renderWorkerWithout(String value)
      throws RenderException, YamlSyntaxException {
    ObjectNode values =
        (ObjectNode) YamlReader.read("site: com\njupiterBrainName: brain\n").get(0).content();
    values.remove(value);
    HELM.render(chart("macstadium-worker"), "try", "macstadium-staging", values);
  }

  @ParameterizedTest
  @CsvSource({
    "'ingress: {enabled: true, tlsSecretName: t}', ingress.host is empty",
    "'ingress: {enabled: true, host: pool.example.com}', ingress.tlsSecretName is empty",
  })
  void aPageThatNobodyCouldUseIsRefused(String values, String words) {
    assertThatThrownBy(() -> render("console", values))
        .isInstanceOf(RenderException.class)
        .hasMessageContaining(words);
  }

  @ParameterizedTest
  @CsvSource({
    "'github: {url: \"\"}', github.url is empty",
    "'runners: {image: \"\"}', runners.image is empty",
    "'github: {url: https://github.com/o, app: {id: \"7\"}}', id and installation belong together",
  })
  void aScaleSetThatCouldNotRunIsRefused(String values, String words) {
    assertThatThrownBy(() -> render("scale-set", values))
        .isInstanceOf(RenderException.class)
        .hasMessageContaining(words);
  }

  @ParameterizedTest
  @CsvSource({
    "'', github-token, MACPOOL_SCALE_SET_GITHUB_TOKEN_FILE",
    "'github: {url: https://github.com/o, app: {id: \"7\", installation: \"77\"}}', github-app-key,"
        + " MACPOOL_SCALE_SET_GITHUB_APP_KEY_FILE",
  })
  void aScaleSetFindsItsKeysWhereItLooks(String values, String key, String variable)
      throws Exception {
    JsonNode pod =
        one(render("scale-set", values), "Deployment").content().at("/spec/template/spec");
    JsonNode container = pod.at("/containers/0");
    String folder = container.at("/volumeMounts/1/mountPath").asText();
    assertThat(pod.at("/volumes/1/secret/items").findValuesAsText("path"))
        .containsExactly("guest-key", key);
    assertThat(environment(container))
        .containsEntry("MACPOOL_SCALE_SET_SSH_KEY_FILE", folder + "/guest-key")
        .containsEntry(variable, folder + "/" + key)
        .containsEntry("MACPOOL_SCALE_SET_NAME", "try");
    assertThat(container.toString()).doesNotContain("subPath");
  }

  private static Map<String, String> environment(JsonNode container) {
    Map<String, String> environment = new HashMap<>();
    for (JsonNode each : container.path("env")) {
      environment.put(each.path("name").asText(), each.path("value").asText());
    }
    return environment;
  }

  @Test
  void theConsoleMayListTwoKindsAndNothingElse() throws Exception {
    JsonNode rules = one(render("console", ""), "Role").content().path("rules");
    assertThat(rules).hasSize(1);
    assertThat(rules.at("/0/verbs").toString()).isEqualTo("[\"list\"]");
    List<YamlDocument> alone = render("console", "kubernetes: {enabled: false}");
    assertThat(alone).extracting(YamlDocument::kind).doesNotContain("Role", "RoleBinding");
    assertThat(
            one(alone, "Deployment")
                .content()
                .at("/spec/template/spec/automountServiceAccountToken")
                .asBoolean(true))
        .isFalse();
  }

  @Test
  void twoOperatorsNeedAnElection() {
    assertThatThrownBy(() -> render("worker-operator", "leaderElection: {enabled: false}"))
        .isInstanceOf(RenderException.class)
        .hasMessageContaining("two operators would size the same pools");
  }

  @ParameterizedTest
  @CsvSource({
    "jupiter-brain, Deployment",
    "worker-operator, Deployment",
    "macstadium-worker, Deployment",
    "console, Deployment",
    "scale-set, Deployment",
  })
  void podsRunWithTheLeastTheyNeed(String chart, String kind) throws Exception {
    String values = chart.equals("macstadium-worker") ? "cluster: {enabled: false}" : "";
    for (String each : List.of(kind, "Pod")) {
      JsonNode object = one(render(chart, values), each).content();
      JsonNode pod = each.equals("Pod") ? object.at("/spec") : object.at("/spec/template/spec");
      assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
      assertThat(pod.at("/securityContext/seccompProfile/type").asText())
          .isEqualTo("RuntimeDefault");
      assertThat(pod.path("automountServiceAccountToken").asBoolean(true))
          .isEqualTo(
              Set.of("worker-operator", "console").contains(chart) && each.equals("Deployment"));
      for (JsonNode container : pod.path("containers")) {
        JsonNode security = container.path("securityContext");
        assertThat(security.path("readOnlyRootFilesystem").asBoolean()).isTrue();
        assertThat(security.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
        assertThat(security.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
        assertThat(container.at("/resources/limits/memory").isTextual()).isTrue();
      }
    }
  }

  @Test
  void theTestPodIsNoTargetOfTheService() throws Exception {
    for (String chart : List.of("jupiter-brain", "worker-operator", "console", "scale-set")) {
      List<YamlDocument> objects = render(chart, "");
      JsonNode selector = one(objects, "Service").content().at("/spec/selector");
      JsonNode labels = one(objects, "Pod").content().at("/metadata/labels");
      assertThat(selector.properties())
          .as(chart)
          .anyMatch(entry -> !labels.path(entry.getKey()).equals(entry.getValue()));
    }
  }

  @Test
  void workersOfAPlainDeploymentMayFinishTheirJobs() throws Exception {
    YamlDocument deployment =
        one(render("macstadium-worker", "cluster: {enabled: false}"), "Deployment");

    assertThat(deployment.content().at("/spec/template/spec/terminationGracePeriodSeconds").asInt())
        .isEqualTo(7200);
  }

  @Test
  void aChangedSettingRollsTheWorkers() throws Exception {
    String path = "/spec/template/metadata/annotations/macpool.io~1config";
    String before = one(render("macstadium-worker", ""), "WorkerCluster").text(path);
    String after = one(render("macstadium-worker", "queue: other"), "WorkerCluster").text(path);

    assertThat(before).isNotEmpty().isNotEqualTo(after);
  }

  @Test
  void onlyTheOperatorsNamespaceIsItsOwnUnlessToldOtherwise() throws Exception {
    assertThat(render("worker-operator", ""))
        .extracting(YamlDocument::kind)
        .contains("Role")
        .doesNotContain("ClusterRole");
    assertThat(render("worker-operator", "operator: {watchNamespace: '*'}"))
        .extracting(YamlDocument::kind)
        .contains("ClusterRole");
  }

  @Test
  void noRoleMayDoEverything() throws Exception {
    for (YamlDocument object : render("worker-operator", "operator: {watchNamespace: '*'}")) {
      assertThat(object.content().path("rules").toString()).doesNotContain("\"*\"");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "jupiter-brain, jupiter-brain/src/main/java, JUPITER_BRAIN_",
    "worker-operator, worker-operator/src/main/java, WORKER_OPERATOR_",
    "macstadium-worker, src/worker/src/main/java, TRAVIS_WORKER_",
    "console, src/console/src/main/java, MACPOOL_CONSOLE_",
    "scale-set, src/scale-set/src/main/java, MACPOOL_SCALE_SET_",
  })
  void everyVariableIsASettingOfTheService(String chart, String sources, String prefix)
      throws Exception {
    String text = sources(sources);
    Set<String> names = new TreeSet<>();
    for (String values :
        List.of(
            "",
            "secretName: s",
            "cluster: {enabled: false}",
            "database: {enabled: false}\nreplicaCount: 1")) {
      try {
        for (YamlDocument object : render(chart, values)) {
          Matcher matcher =
              Pattern.compile("\"(" + prefix + "[A-Z0-9_]+)\"")
                  .matcher(object.content().toString());
          while (matcher.find()) {
            names.add(matcher.group(1).substring(prefix.length()));
          }
        }
      } catch (RenderException e) {
        assertThat(e).as("a value of another chart").hasMessageContaining("schema");
      }
    }
    assertThat(names).hasSizeGreaterThan(4);
    assertThat(names).allMatch(name -> text.contains("\"" + name + "\""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"jupiter-brain", "worker-operator", "macstadium-worker"})
  void everyMetricOfRulesAndDashboardsIsAMeterOfTheServices(String chart) throws Exception {
    String text =
        sources("jupiter-brain/src/main/java")
            + sources("worker-operator/src/main/java")
            + sources("src/worker/src/main/java")
            + sources("src/service/src/main/java");
    String monitoring = "monitoring: {prometheusRule: {enabled: true}, dashboard: {enabled: true}}";
    Set<String> metrics = new TreeSet<>();
    for (YamlDocument object : render(chart, monitoring)) {
      Matcher matcher =
          Pattern.compile("([a-z]+(?:_[a-z]+)+)\\{ ?namespace")
              .matcher(object.content().toString());
      while (matcher.find()) {
        metrics.add(matcher.group(1));
      }
    }
    assertThat(metrics).isNotEmpty();
    for (String metric : metrics) {
      String whole = metric.replace('_', '.');
      String meter = metric.replaceFirst("_(count|sum|max|total)$", "").replace('_', '.');
      String bare = meter.replaceFirst("\\.(seconds|bytes)$", "");
      assertThat(List.of(metric, whole, meter, bare))
          .as(metric + " is a meter of a service")
          .anyMatch(name -> text.contains("\"" + name + "\""));
    }
  }

  private static String sources(String directory) throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.walk(RepositoryTree.root().resolve(directory))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        text.append(Files.readString(file));
      }
    }
    return text.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "jupiter-brain, jupiter-brain",
    "worker-operator, worker-operator",
    "macstadium-worker, src/worker",
    "console, src/console",
    "scale-set, src/scale-set",
  })
  void theImageIsTheOneThatTheBuildMakes(String name, String module) throws IOException {
    String root = Files.readString(RepositoryTree.root().resolve("pom.xml"));
    String pom = Files.readString(RepositoryTree.root().resolve(module).resolve("pom.xml"));
    String registry = root.replaceFirst("(?s).*<image.registry>([^<]+)</image.registry>.*", "$1");
    String artifact =
        pom.replaceFirst("(?s).*?</parent>.*?<artifactId>([^<]+)</artifactId>.*", "$1");

    assertThat(pom).contains("<image.skip>false</image.skip>");
    assertThat(chart(name).defaults().at("/image/repository").asText())
        .isEqualTo(registry + "/" + artifact);
    assertThat(root)
        .contains("<image>${image.registry}/${project.artifactId}:${image.tag}</image>");
  }

  @Test
  void theBaseImageIsPinnedInOnePlace() throws IOException {
    String root = Files.readString(RepositoryTree.root().resolve("pom.xml"));

    assertThat(root).containsPattern("<image.base>[^<]+@sha256:[0-9a-f]{64}</image.base>");
    assertThat(root.split("@sha256:", -1)).hasSize(2);
  }

  @Test
  void dashboardsAreJsonWithTheReleasesName() throws Exception {
    for (String name : List.of("jupiter-brain", "worker-operator", "macstadium-worker")) {
      YamlDocument map =
          render(name, "monitoring: {dashboard: {enabled: true}}").stream()
              .filter(object -> object.name().equals("try-dashboard"))
              .findFirst()
              .orElseThrow();
      ObjectNode dashboard =
          (ObjectNode) new ObjectMapper().readTree(map.content().at("/data/try.json").asText());
      assertThat(dashboard.path("title").asText()).startsWith("try: ");
      assertThat(dashboard.path("panels").size()).isPositive();
      assertThat(dashboard.toString()).doesNotContain("@RELEASE@");
    }
  }
}
