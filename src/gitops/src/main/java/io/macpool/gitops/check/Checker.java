package io.macpool.gitops.check;

import com.networknt.schema.JsonSchema;
import io.macpool.gitops.helm.HelmRenderer;
import io.macpool.gitops.schema.JsonSchemas;
import io.macpool.gitops.schema.KubernetesSchemas;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.DeployTree;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Holds trees of the same charts against every rule. What depends on the charts alone, and what was
 * rendered from the same values before, is worked out once.
 */
public final class Checker {

  private static final List<Rule> RULES =
      List.of(
          new ReadableYaml(),
          new DoubtfulYaml(),
          new CurrentApis(),
          new ReleaseName(),
          new EnvironmentNamespace(),
          new ChartReference(),
          new ValuesSchema(),
          new Renders(),
          new ObjectSchemas(),
          new BrokerExists(),
          new CapacityFits(),
          new NoClearSecrets(),
          new PinnedImages(),
          new StagingFirst(),
          new SafeRollout(),
          new ImageAutomation(),
          new ListedFiles(),
          new EnvironmentWiring(),
          new TimeLimits());

  private final KubernetesSchemas schemas;
  private final Map<String, JsonSchema> values = new HashMap<>();
  private final HelmRenderer renderer = new HelmRenderer();

  public Checker(Map<String, Chart> charts) {
    this.schemas =
        new KubernetesSchemas(
            charts.values().stream().flatMap(chart -> chart.definitions().stream()).toList());
    charts.forEach((name, chart) -> values.put(name, JsonSchemas.compile(chart.schema())));
  }

  /** Every problem of every rule, by file and line. */
  public List<Problem> check(DeployTree tree, RunHistory history) {
    Inspection inspection = new Inspection(tree, history, schemas, values, renderer);
    Stream<Problem> problems = RULES.stream().flatMap(rule -> rule.check(inspection).stream());
    return problems.sorted().distinct().toList();
  }

  public static List<String> ruleNames() {
    return RULES.stream().map(Rule::name).toList();
  }
}
