package io.macpool.operator.cluster.spec;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.HTTPGetActionBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.macpool.operator.api.WorkerTemplate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The Deployment of a cluster: exactly the fields that are the operator's to set. */
public final class WorkerDeployment {

  private static final long GRACE_SECONDS = 7_200;
  private static final int LIVENESS_DELAY_SECONDS = 120;
  private static final String SSH_KEY_VOLUME = "travis-vm-ssh-key";
  private static final String SSH_KEY_DIRECTORY = "/etc/worker/ssh";

  /** Variables that are the operator's: the template's are left out. */
  private static final Set<String> OURS =
      Set.of(Names.REMOTE_CONTROL_ADDR, Names.REMOTE_CONTROL_AUTH, Names.POOL_SIZE);

  private final String name;
  private final String namespace;
  private final OwnerReference owner;
  private final int port;

  public WorkerDeployment(String namespace, String name, OwnerReference owner, int port) {
    this.namespace = namespace;
    this.name = name;
    this.owner = owner;
    this.port = port;
  }

  /**
   * The Deployment to be.
   *
   * @param checksum of the Secrets and ConfigMaps that the template names, if they are followed
   * @param credential mark of one that was made anew after what pods were started with was lost
   */
  public Deployment desired(
      ClusterSpec spec, int replicas, Optional<String> checksum, Optional<String> credential) {
    return new DeploymentBuilder()
        .withMetadata(
            new ObjectMetaBuilder()
                .withNamespace(namespace)
                .withName(name)
                .withLabels(spec.matchLabels())
                .withOwnerReferences(owner)
                .build())
        .withNewSpec()
        .withReplicas(replicas)
        .withSelector(new LabelSelectorBuilder().withMatchLabels(spec.matchLabels()).build())
        .withNewStrategy()
        .withType("RollingUpdate")
        .withNewRollingUpdate()
        .withMaxUnavailable(new IntOrString(0))
        .withMaxSurge(new IntOrString(1))
        .endRollingUpdate()
        .endStrategy()
        .withTemplate(template(spec, checksum, credential))
        .endSpec()
        .build();
  }

  private PodTemplateSpec template(
      ClusterSpec cluster, Optional<String> checksum, Optional<String> credential) {
    WorkerTemplate.Metadata metadata = cluster.podMetadata();
    Map<String, String> annotations = new HashMap<>();
    Optional.ofNullable(metadata.annotations).ifPresent(annotations::putAll);
    checksum.ifPresent(sum -> annotations.put(Names.CONFIG_CHECKSUM, sum));
    credential.ifPresent(mark -> annotations.put(Names.MADE_ANEW, mark));
    WorkerTemplate.Spec spec = cluster.container();
    PodTemplateSpecBuilder pods =
        new PodTemplateSpecBuilder()
            .withNewMetadata()
            .withLabels(metadata.labels)
            .withAnnotations(annotations.isEmpty() ? null : annotations)
            .endMetadata()
            .withNewSpec()
            .withTerminationGracePeriodSeconds(GRACE_SECONDS)
            .withImagePullSecrets(lastOfEach(spec.imagePullSecrets, LocalObjectReference::getName))
            .addNewContainer()
            .withName(Names.CONTAINER)
            .withImage(spec.image)
            .withImagePullPolicy(spec.imagePullPolicy)
            .withResources(spec.resources)
            .withEnv(environment(spec))
            .withEnvFrom(spec.envFrom)
            .withLivenessProbe(probe("/healthz", LIVENESS_DELAY_SECONDS))
            .withReadinessProbe(probe("/ready", null))
            .endContainer()
            .endSpec();
    return spec.sshKeySecret == null || spec.sshKeySecret.isEmpty()
        ? pods.build()
        : withSshKey(pods, spec.sshKeySecret);
  }

  private static PodTemplateSpec withSshKey(PodTemplateSpecBuilder pods, String secret) {
    return pods.editSpec()
        .addToVolumes(
            new VolumeBuilder()
                .withName(SSH_KEY_VOLUME)
                .withNewSecret()
                .withSecretName(secret)
                .endSecret()
                .build())
        .editFirstContainer()
        .addToVolumeMounts(
            new VolumeMountBuilder()
                .withName(SSH_KEY_VOLUME)
                .withMountPath(SSH_KEY_DIRECTORY)
                .withReadOnly(true)
                .build())
        .endContainer()
        .endSpec()
        .build();
  }

  private List<EnvVar> environment(WorkerTemplate.Spec spec) {
    List<EnvVar> all = new ArrayList<>();
    lastOfEach(spec.env, EnvVar::getName).stream()
        .filter(variable -> !OURS.contains(variable.getName()))
        .forEach(all::add);
    all.add(
        new EnvVarBuilder()
            .withName(Names.REMOTE_CONTROL_ADDR)
            .withValue("0.0.0.0:" + port)
            .build());
    all.add(
        new EnvVarBuilder()
            .withName(Names.REMOTE_CONTROL_AUTH)
            .withNewValueFrom()
            .withNewSecretKeyRef(Names.AUTH_KEY, Names.secretOf(name), null)
            .endValueFrom()
            .build());
    all.add(new EnvVarBuilder().withName(Names.POOL_SIZE).withValue("0").build());
    return all;
  }

  /**
   * A list without those that a later one of the same name replaces. Containers see the last one;
   * an apply, unlike the updates of the Go operator, is refused if a name is there twice.
   */
  private static <T> List<T> lastOfEach(@Nullable List<T> list, Function<T, String> name) {
    Map<String, T> last = new LinkedHashMap<>();
    for (T each : Optional.ofNullable(list).orElse(List.of())) {
      String key = String.valueOf(name.apply(each));
      last.remove(key);
      last.put(key, each);
    }
    return new ArrayList<>(last.values());
  }

  private Probe probe(String path, @Nullable Integer delaySeconds) {
    return new ProbeBuilder()
        .withHttpGet(
            new HTTPGetActionBuilder().withPath(path).withPort(new IntOrString(port)).build())
        .withInitialDelaySeconds(delaySeconds)
        .build();
  }
}
