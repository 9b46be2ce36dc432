package io.macpool.gitops.check;

import io.macpool.gitops.check.environment.BrokerExists;
import io.macpool.gitops.check.environment.EnvironmentNamespace;
import io.macpool.gitops.check.environment.EnvironmentWiring;
import io.macpool.gitops.check.image.ImageAutomation;
import io.macpool.gitops.check.image.PinnedImages;
import io.macpool.gitops.check.image.StagingFirst;
import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.check.rule.RunHistory;
import io.macpool.gitops.check.rule.SchemaCache;
import io.macpool.gitops.check.secret.NoClearSecrets;
import io.macpool.gitops.helm.HelmRenderer;
import io.macpool.gitops.tree.DeployTree;
import java.util.List;
import java.util.stream.Stream;

/**
 * Holds trees against every rule. What depends on charts alone, and what was rendered from the same
 * values before, is worked out once.
 */
public final class Checker {

  private static final List<Rule> RULES =
      List.of(
          new ReadableYaml(),
          new DoubtfulYaml(),
          new CurrentApis(),
          new FetchedFiles(),
          new FollowedFields(),
          new OneObject(),
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

  private final SchemaCache schemas = new SchemaCache();
  private final HelmRenderer renderer = new HelmRenderer();

  /** Every problem of every rule, by file and line. */
  public List<Problem> check(DeployTree tree, RunHistory history) {
    Inspection inspection = new Inspection(tree, history, schemas, renderer);
    Stream<Problem> problems = RULES.stream().flatMap(rule -> rule.check(inspection).stream());
    return problems.sorted().distinct().toList();
  }

  public static List<String> ruleNames() {
    return RULES.stream().map(Rule::name).toList();
  }
}
