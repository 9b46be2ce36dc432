package io.macpool.operator.api;

import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What annotations can't say: the order of the printed columns, and bounds on label maps, without
 * which an API server refuses the CEL rules over them as too dear.
 */
final class CrdPolish implements CRDPostProcessor {

  private static final List<String> COLUMNS =
      List.of(
          "LIMIT", "RUNNING", "QUEUED", "PODS", "SLOTS", "USED", "WAITING", "READY", "REASON",
          "AGE");

  /** What {@code kubectl explain} says first. */
  private static final Map<String, String> DESCRIPTIONS =
      Map.of(
          "WorkerCluster",
          "A pool of worker pods that run at most spec.maxJobs jobs at once, fewer while its queue"
              + " asks for less or its hardware pool holds less.",
          "HardwarePool",
          "Slots on Mac hosts that the WorkerClusters of a namespace share: fixed, or read from a VM"
              + " broker.");

  private static final long LABELS = 64;
  private static final long LABEL_LENGTH = 63;

  @Override
  public HasMetadata process(HasMetadata crd, String version) {
    for (CustomResourceDefinitionVersion each :
        ((CustomResourceDefinition) crd).getSpec().getVersions()) {
      each.getAdditionalPrinterColumns()
          .sort(
              Comparator.comparing(
                  (CustomResourceColumnDefinition column) -> COLUMNS.indexOf(column.getName())));
      JSONSchemaProps schema = each.getSchema().getOpenAPIV3Schema();
      bound(schema);
      schema.setDescription(
          DESCRIPTIONS.get(((CustomResourceDefinition) crd).getSpec().getNames().getKind()));
      schema.getProperties().get("spec").setDescription("What a person wants.");
      schema.getProperties().get("status").setDescription("What the operator saw and did.");
    }
    return crd;
  }

  private static void bound(JSONSchemaProps schema) {
    if (schema.getProperties() == null) {
      return;
    }
    schema
        .getProperties()
        .forEach(
            (name, property) -> {
              if (name.equals("matchLabels") || name.equals("labels")) {
                property.setMaxProperties(LABELS);
                property.getAdditionalProperties().getSchema().setMaxLength(LABEL_LENGTH);
              }
              bound(property);
            });
  }
}
