package io.macpool.gitops.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.yaml.YamlReader;
import io.macpool.gitops.yaml.YamlSyntaxException;
import java.util.List;
import org.junit.jupiter.api.Test;

class KubernetesSchemasTest {

  private final KubernetesSchemas schemas =
      new KubernetesSchemas(
          RepositoryTree.read().charts().values().stream()
              .flatMap(chart -> chart.definitions().stream())
              .toList());

  private List<String> problems(String yaml) throws YamlSyntaxException {
    return schemas.validate(YamlReader.read(yaml).get(0).content()).stream()
        .map(SchemaProblem::toString)
        .toList();
  }

  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: a}
      spec:
        replicas: 2
        selector: {matchLabels: {a: b}}
        template:
          metadata: {labels: {a: b}}
          spec:
            containers:
              - name: a
                image: a:1
                imagePullPolicy: Always
                ports: [{containerPort: 80}]
                livenessProbe: {httpGet: {path: /, port: http}}
                resources: {limits: {memory: 1Gi, cpu: 1}}
      """;

  @Test
  void aSoundDeploymentHasNoProblem() throws YamlSyntaxException {
    assertThat(problems(DEPLOYMENT)).isEmpty();
  }

  @Test
  void everyProblemIsToldWithItsPlace() throws YamlSyntaxException {
    String yaml =
        DEPLOYMENT
            .replace("replicas: 2", "replicas: two")
            .replace("image: a:1", "imagge: a:1")
            .replace("- name: a\n", "- args: [x]\n")
            .replace("memory: 1Gi", "memory: lots");
    assertThat(problems(yaml))
        .anyMatch(p -> p.equals("spec.replicas must be a whole number, and is \"two\""))
        .anyMatch(p -> p.contains("containers.0.imagge is not a field that Kubernetes knows"))
        .anyMatch(p -> p.contains("containers.0.name is required and missing"))
        .anyMatch(p -> p.contains("limits.memory must be a quantity"));
  }

  @Test
  void aMissingSelectorIsTold() throws YamlSyntaxException {
    assertThat(problems(DEPLOYMENT.replace("  selector: {matchLabels: {a: b}}\n", "")))
        .containsExactly("spec.selector is required and missing");
  }

  @Test
  void anUnknownPullPolicyIsTold() throws YamlSyntaxException {
    assertThat(problems(DEPLOYMENT.replace("Policy: Always", "Policy: Sometimes")))
        .singleElement()
        .asString()
        .contains("imagePullPolicy", "IfNotPresent");
  }

  @Test
  void aKindWithoutSchemaIsRefused() throws YamlSyntaxException {
    assertThat(problems("apiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: a}\n"))
        .singleElement()
        .asString()
        .contains("apps/v1beta1/Deployment");
  }

  @Test
  void aNameInUpperCaseIsRefused() throws YamlSyntaxException {
    assertThat(problems("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: Big}\n"))
        .singleElement()
        .asString()
        .contains("metadata.name");
  }

  @Test
  void aFieldThatFluxDoesNotKnowIsRefused() throws YamlSyntaxException {
    assertThat(
            problems(
                """
                apiVersion: source.toolkit.fluxcd.io/v1
                kind: GitRepository
                metadata: {name: a}
                spec: {interval: 1m, url: ssh://git@host/x, ref: {branch: main}, brunch: main}
                """))
        .singleElement()
        .asString()
        .contains("brunch");
  }

  @Test
  void aBoundThatIsExcludedItselfIsRefused() throws YamlSyntaxException {
    String cluster =
        """
        apiVersion: travisci.com/v1alpha1
        kind: WorkerCluster
        metadata: {name: worker-com}
        spec: {scaling: {jobsPerQueuedJob: %s}}
        """;

    assertThat(problems(cluster.formatted("0"))).anyMatch(p -> p.contains("jobsPerQueuedJob"));
    assertThat(problems(cluster.formatted("0.5"))).noneMatch(p -> p.contains("jobsPerQueuedJob"));
  }
}
