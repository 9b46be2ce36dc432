package io.macpool.gitops.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.tree.DeployTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What takes more than one edit of one file: links, files beside the tree's, several files. */
class TreeConditionsIT {

  private static final String PRODUCTION = "releases/macstadium-prod-1/";
  private static final Checker CHECKER = new Checker();

  @TempDir private Path root;

  @BeforeEach
  void copy() {
    RepositoryTree.copyTo(root);
  }

  @Test
  void aReleaseThatIsALinkIsRefused() throws IOException {
    Path file = root.resolve(PRODUCTION + "worker-com.yaml");
    Files.move(file, root.resolve("worker-com.yaml"));
    Files.createSymbolicLink(file, root.resolve("worker-com.yaml"));

    assertThat(check()).anyMatch(told -> told.contains("this is a symbolic link, which Flux"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {".sourceignore", "charts/.sourceignore", PRODUCTION + "hardware/.sourceignore"})
  void whatFluxLeavesOutWithoutAWordIsRefused(String place) throws IOException {
    Files.writeString(root.resolve(place), "networkpolicy.yaml\n");

    assertThat(check())
        .singleElement()
        .asString()
        .contains(place + ":1: Flux leaves out what this file names");
  }

  @ParameterizedTest
  @ValueSource(strings = {"kustomization.yml", "Kustomization", "hardware/kustomization.yaml"})
  void aListBesideTheListIsRefused(String place) throws IOException {
    Files.writeString(
        root.resolve(PRODUCTION + place),
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n");

    assertThat(check())
        .anyMatch(told -> told.contains("kustomize takes this for the list of what is deployed"));
  }

  /**
   * kustomize reads the first document only: values would come from a ConfigMap that is not there.
   */
  @Test
  void aSecondDocumentInTheListIsRefused() throws IOException {
    Path list = root.resolve(PRODUCTION + "kustomization.yaml");
    Files.writeString(
        list,
        Files.readString(list)
            + """
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: more
              namespace: macstadium-prod-1
            """);

    assertThat(check()).singleElement().asString().contains("kustomize reads one document");
  }

  /** What a ConfigMap of the tree brings is judged as if it stood in the release. */
  @Test
  void valuesFromAConfigMapAreJudged() throws IOException {
    edit("kustomization.yaml", "resources:\n", "resources:\n  - more.yaml\n");
    edit(
        "worker-com.yaml",
        "  values:\n",
        "  valuesFrom:\n    - kind: ConfigMap\n      name: more\n  values:\n");
    edit("worker-com.yaml", "      maxJobs: 270\n", "");
    Files.writeString(
        root.resolve(PRODUCTION + "more.yaml"),
        """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: more
          namespace: macstadium-prod-1
        data:
          values.yaml: |
            cluster:
              maxJobs: 9000
        """);

    assertThat(check()).singleElement().asString().contains("9000 jobs at once", "do not fit");
  }

  /** Flux reads such a value as {@code --set} does, and orders it by rules of its own. */
  @Test
  void aValueAtATargetPathIsRefused() throws IOException {
    edit(
        "worker-com.yaml",
        "  values:\n",
        """
          valuesFrom:
            - kind: ConfigMap
              name: more
              valuesKey: jobs
              targetPath: cluster.maxJobs
          values:
        """);

    assertThat(check()).anyMatch(told -> told.contains("targetPath sets a value by rules"));
  }

  /** Whoever has only Apple-silicon Macs gives a Secret without vSphere's keys. */
  @Test
  void aBrokerOfMacsAloneIsTaken() throws IOException {
    Path file = root.resolve("releases/macstadium-staging/jupiter-brain-org.yaml");
    String before = Files.readString(file);
    String alone =
        before.replaceFirst("( +vsphere:\\n)( +\\w+Path: .*\\n){3}", "$1      enabled: false\n");
    assertThat(alone).isNotEqualTo(before);
    Files.writeString(file, alone);
    assertThat(check()).isEmpty();

    Files.writeString(file, before.replaceFirst("( +vsphere:\n)", "$1      enabled: false\n"));
    assertThat(check())
        .anyMatch(told -> told.contains("vsphere.enabled is false and vsphere.basePath is given"));
  }

  @Test
  void oneObjectInTwoFilesIsRefused() throws IOException {
    edit("kustomization.yaml", "resources:\n", "resources:\n  - more.yaml\n");
    String notifications = Files.readString(root.resolve(PRODUCTION + "notifications.yaml"));
    Files.writeString(
        root.resolve(PRODUCTION + "more.yaml"),
        notifications.substring(0, notifications.indexOf("\n---\n") + 1));

    assertThat(check()).allMatch(told -> told.contains("is also in")).isNotEmpty();
  }

  /** A kind that something else brings to the clusters is known once its definition is here. */
  @Test
  void aForeignKindIsKnownByItsDefinition() throws IOException {
    edit("kustomization.yaml", "resources:\n", "resources:\n  - more.yaml\n");
    Files.writeString(
        root.resolve(PRODUCTION + "more.yaml"),
        """
        apiVersion: external-secrets.io/v1
        kind: ExternalSecret
        metadata:
          name: worker-com
          namespace: macstadium-prod-1
        spec:
          refreshInterval: 1h
        """);

    assertThat(check()).singleElement().asString().contains("no schema here describes");

    Files.createDirectories(root.resolve("releases/schemas"));
    Files.writeString(
        root.resolve("releases/schemas/externalsecrets.yaml"),
        """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: externalsecrets.external-secrets.io
        spec:
          group: external-secrets.io
          scope: Namespaced
          names: {kind: ExternalSecret, plural: externalsecrets}
          versions:
            - name: v1
              served: true
              storage: true
              schema:
                openAPIV3Schema:
                  type: object
                  properties:
                    spec:
                      type: object
                      properties:
                        refreshInterval: {type: string}
        """);
    assertThat(check()).isEmpty();
    edit("more.yaml", "refreshInterval", "refreshIntervall");
    assertThat(check()).singleElement().asString().contains("refreshIntervall");
  }

  /** Nothing but a warning says that what is pushed does not come. */
  @Test
  void whatIsSuspendedIsToldOf() throws IOException {
    Pattern spec =
        Pattern.compile(
            """
            (kind: (GitRepository|Kustomization|ImageRepository|ImageUpdateAutomation|Receiver)
            metadata:
            (  .*
            )+spec:
            )\
            """);
    for (String file : List.of("environment.yaml", "image-automation.yaml", "notifications.yaml")) {
      Path path = root.resolve(PRODUCTION + file);
      String text = Files.readString(path);
      Files.writeString(path, spec.matcher(text).replaceAll("$1  suspend: true\n"));
    }

    assertThat(check())
        .allMatch(told -> told.contains(" is suspended: Flux does nothing"))
        .anyMatch(told -> told.contains("the GitRepository macpool"))
        .anyMatch(told -> told.contains("the Kustomization macstadium-prod-1 "))
        .anyMatch(told -> told.contains("the ImageRepository worker "))
        .anyMatch(told -> told.contains("the ImageUpdateAutomation macstadium-prod-1"))
        .anyMatch(told -> told.contains("the Receiver "));
  }

  /** Flux refuses the whole release then. */
  @Test
  void anObjectThatAChartRendersTwiceIsRefused() throws IOException {
    Path templates = root.resolve("charts/macstadium-worker/templates");
    Files.copy(templates.resolve("networkpolicy.yaml"), templates.resolve("again.yaml"));

    assertThat(check())
        .isNotEmpty()
        .allMatch(told -> told.matches(".*NetworkPolicy (\\S+) is also in the release \\1\\..*"));
  }

  /** Kubernetes has dropped them. */
  @Test
  void apisThatAreGoneAreRefused() throws IOException {
    List<String> gone =
        List.of(
            "networking.k8s.io/v1beta1/Ingress",
            "policy/v1beta1/PodSecurityPolicy",
            "policy/v1beta1/PodDisruptionBudget",
            "storage.k8s.io/v1beta1/CSIDriver",
            "batch/v1beta1/CronJob");
    StringBuilder objects = new StringBuilder();
    for (String each : gone) {
      int slash = each.lastIndexOf('/');
      objects.append(
          "---\napiVersion: %s\nkind: %s\nmetadata: {name: '{{ .Release.Name }}-more'}\n"
              .formatted(each.substring(0, slash), each.substring(slash + 1)));
    }
    Files.writeString(
        root.resolve("charts/macstadium-worker/templates/more.yaml"), objects.toString());

    List<String> told = check();

    assertThat(gone)
        .allSatisfy(
            each ->
                assertThat(told)
                    .anyMatch(line -> line.contains("kind is " + each + ", which no schema")));
  }

  private List<String> check() {
    DeployTree tree = DeployTree.read(root);
    return CHECKER.check(tree, RepositoryTree.ran(tree)).stream().map(Problem::toString).toList();
  }

  private void edit(String file, String from, String to) throws IOException {
    Path path = root.resolve(PRODUCTION + file);
    String text = Files.readString(path);
    assertThat(text).contains(from);
    Files.writeString(path, text.replace(from, to));
  }
}
