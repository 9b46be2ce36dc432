package io.macpool.operator.api;

import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.Comparator;
import java.util.List;

/**
 * What annotations can't say: the order of the printed columns, and bounds on label maps, without
 * which an API server refuses the CEL rules over them as too dear.
 */
final class CrdPolish implements CRDPostProcessor {

  private static final List<String> COLUMNS =
      List.of("JOBS", "RUNNING", "QUEUED", "PODS", "SLOTS", "USED", "WAITING", "READY", "AGE");

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
      bound(each.getSchema().getOpenAPIV3Schema());
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
