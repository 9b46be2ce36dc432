package io.macpool.gitops.check.rule;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import io.macpool.gitops.schema.JsonSchemas;
import io.macpool.gitops.schema.KubernetesSchemas;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Environment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Schemas that charts bring, each compiled once. */
public final class SchemaCache {

  private final Map<JsonNode, JsonSchema> values = new HashMap<>();
  private final Map<List<JsonNode>, KubernetesSchemas> kinds = new HashMap<>();

  /** What a chart's values must satisfy. */
  JsonSchema values(Chart chart) {
    return values.computeIfAbsent(chart.schema(), JsonSchemas::compile);
  }

  /**
   * The kinds that an environment's cluster knows: its own versions of the charts' custom
   * resources, and those of {@code releases/schemas}.
   */
  KubernetesSchemas kinds(DeployTree tree, Environment environment) {
    List<JsonNode> definitions = new ArrayList<>(tree.definitions());
    tree.chartsOf(environment.name()).values().stream()
        .flatMap(chart -> chart.definitions().stream())
        .forEach(definitions::add);
    return kinds.computeIfAbsent(definitions, KubernetesSchemas::new);
  }
}
