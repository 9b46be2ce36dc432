package io.macpool.operator.api;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.Optional;

/** Slots on hardware that the WorkerClusters of a namespace share. */
@JsonDeserialize(using = HardwarePool.Reading.class)
@Group(WorkerCluster.GROUP)
@Version(WorkerCluster.VERSION)
@ShortNames("hwp")
@AdditionalPrinterColumn(
    name = "SLOTS",
    jsonPath = ".status.slots",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "USED",
    jsonPath = ".status.used",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "WAITING",
    jsonPath = ".status.waiting",
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
public class HardwarePool extends CustomResource<HardwarePoolSpec, HardwarePoolStatus>
    implements Namespaced {

  private static final long serialVersionUID = 1L;

  /** Which field can't be read and why; empty if all of it can. */
  public Optional<String> unreadable() {
    return LenientDeserializer.problem(this);
  }

  /** Reads one whatever somebody wrote into it. */
  static final class Reading
      extends LenientDeserializer<HardwarePoolSpec, HardwarePoolStatus, HardwarePool> {

    Reading() {
      super(HardwarePool::new, HardwarePoolSpec.class, HardwarePoolStatus.class);
    }
  }
}
