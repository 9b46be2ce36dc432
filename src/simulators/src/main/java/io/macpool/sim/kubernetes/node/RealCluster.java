package io.macpool.sim.kubernetes.node;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.macpool.service.Resources;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kubernetes API that others run, with one namespace that is ours and one node whose containers
 * run in this JVM. Controllers that make Deployments into pods are the cluster's own; pods of our
 * namespace that no node has are bound to ours, so a cluster with nodes and a scheduler of its own
 * would compete for them: it is meant for an API server without nodes.
 */
public final class RealCluster implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RealCluster.class);
  private static final Duration ESTABLISH = Duration.ofSeconds(30);
  private static final int CALL_MILLIS = 10_000;

  private final Resources resources = new Resources();
  private final KubernetesClient client;
  private final Path kubeconfig;
  private final String namespace;

  private RealCluster(Path kubeconfig, String namespace, Path directory, PodRunner runner) {
    this.kubeconfig = kubeconfig;
    this.namespace = namespace;
    Config config =
        new ConfigBuilder(Config.fromKubeconfig(kubeconfig.toFile()))
            .withRequestTimeout(CALL_MILLIS)
            .withConnectionTimeout(CALL_MILLIS)
            .build();
    client =
        resources.own(
            "Kubernetes client", new KubernetesClientBuilder().withConfig(config).build());
    client
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
        .serverSideApply();
    resources.own("node", RealNode.join(client, namespace, directory, runner));
  }

  /**
   * Makes the namespace and joins it.
   *
   * @throws IllegalStateException if the API can't be reached or refuses, saying why
   */
  public static RealCluster join(
      Path kubeconfig, String namespace, Path directory, PodRunner runner) {
    try {
      return new RealCluster(kubeconfig, namespace, directory, runner);
    } catch (KubernetesClientException e) {
      throw new IllegalStateException(
          "can't use the Kubernetes API of " + kubeconfig + ": " + e.getMessage(), e);
    }
  }

  public Path kubeconfig() {
    return kubeconfig;
  }

  /** Applies a manifest of one or more documents; waits for resource definitions to be served. */
  public void apply(String manifest) {
    for (HasMetadata object : objects(manifest)) {
      client.resource(object).forceConflicts().serverSideApply();
      if (object.getKind().equals("CustomResourceDefinition")) {
        client
            .apiextensions()
            .v1()
            .customResourceDefinitions()
            .withName(object.getMetadata().getName())
            .waitUntilCondition(RealCluster::established, ESTABLISH.toSeconds(), TimeUnit.SECONDS);
      }
    }
  }

  private static boolean established(
      io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition definition) {
    return definition != null
        && definition.getStatus() != null
        && definition.getStatus().getConditions() != null
        && definition.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"));
  }

  /** Deletes what a manifest holds, and waits until its finalizers have let it go. */
  public void delete(String manifest, Duration patience) {
    for (HasMetadata object : objects(manifest)) {
      try {
        client.resource(object).delete();
        client
            .resource(object)
            .waitUntilCondition(gone -> gone == null, patience.toSeconds(), TimeUnit.SECONDS);
      } catch (KubernetesClientException e) {
        log.warn("{} was not deleted in {}", object.getMetadata().getName(), patience, e);
      }
    }
  }

  private List<HasMetadata> objects(String manifest) {
    return client.load(new ByteArrayInputStream(manifest.getBytes(StandardCharsets.UTF_8))).items();
  }

  @Override
  public void close() {
    try {
      client.namespaces().withName(namespace).delete();
    } catch (KubernetesClientException e) {
      log.warn("the namespace {} stays behind", namespace, e);
    }
    resources.close();
  }
}
