package io.macpool.operator.api;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.Optional;

/**
 * A pool of workers that run at most {@code maxJobs} jobs at once. Group, version, kind and the
 * fields without a note are the Go worker-operator's: its resources apply unchanged.
 */
@JsonDeserialize(using = WorkerCluster.Reading.class)
@Group(WorkerCluster.GROUP)
@Version(WorkerCluster.VERSION)
@ShortNames("wc")
@AdditionalPrinterColumn(
    name = "LIMIT",
    jsonPath = ".status.desiredJobs",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "RUNNING",
    jsonPath = ".status.runningJobs",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "QUEUED",
    jsonPath = ".status.queued",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "PODS",
    jsonPath = ".status.pods",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "READY",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "REASON",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "AGE",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
public class WorkerCluster extends CustomResource<WorkerClusterSpec, WorkerClusterStatus>
    implements Namespaced {

  public static final String GROUP = "travisci.com";
  public static final String VERSION = "v1alpha1";

  private static final long serialVersionUID = 1L;

  /** Which field can't be read and why; empty if all of it can. */
  public Optional<String> unreadable() {
    return LenientDeserializer.problem(this);
  }

  /** Reads one whatever somebody wrote into it. */
  static final class Reading
      extends LenientDeserializer<WorkerClusterSpec, WorkerClusterStatus, WorkerCluster> {

    Reading() {
      super(WorkerCluster::new, WorkerClusterSpec.class, WorkerClusterStatus.class);
    }
  }
}
