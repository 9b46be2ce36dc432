package io.macpool.gitops.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.schema.JsonSchemas;
import io.macpool.gitops.schema.SchemaProblem;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.yaml.YamlReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Values are held against the chart's schema, at the line on which each stands. */
final class ValuesSchema implements Rule {

  private static final String VALUES = "/spec/values";

  @Override
  public String name() {
    return "values-schema";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    for (Release release : inspection.releases()) {
      Optional<Chart> chart = inspection.tree().chart(release);
      if (chart.isEmpty()) {
        continue;
      }
      if (!release.values().isObject()) {
        problems.add(problem(release, new SchemaProblem("", "are missing"), "Give at least image"));
        continue;
      }
      checkNulls(release, release.values(), "", problems);
      JsonNode merged = merge(chart.get().defaults(), release.values());
      for (SchemaProblem found :
          JsonSchemas.validate(inspection.valuesSchema(chart.get()), merged)) {
        problems.add(
            problem(
                release,
                found,
                "See charts/" + release.chart() + "/README.md for what the value may be"));
      }
    }
    return problems;
  }

  /** Helm takes null for "drop the chart's default", which the chart's templates do not expect. */
  private void checkNulls(Release release, JsonNode value, String pointer, List<Problem> problems) {
    if (value.isNull()) {
      problems.add(
          problem(
              release,
              new SchemaProblem(pointer, "is null, which takes the chart's default away"),
              "Write a value, or drop the line"));
    }
    value
        .properties()
        .forEach(
            entry ->
                checkNulls(
                    release,
                    entry.getValue(),
                    pointer + "/" + YamlReader.escape(entry.getKey()),
                    problems));
  }

  private Problem problem(Release release, SchemaProblem found, String fix) {
    String where = found.pointer().isEmpty() ? "spec.values" : "spec.values." + found.path();
    return Problem.error(
        name(),
        release.file(),
        release.document().lineOf(VALUES + found.pointer()),
        where + ": " + found.message(),
        fix);
  }

  /** As Helm merges: objects member by member, everything else replaced; null takes away. */
  private static JsonNode merge(JsonNode defaults, JsonNode own) {
    if (!defaults.isObject() || !own.isObject()) {
      return own;
    }
    ObjectNode merged = defaults.deepCopy();
    own.properties()
        .forEach(
            entry -> {
              if (entry.getValue().isNull()) {
                merged.remove(entry.getKey());
              } else {
                merged.set(entry.getKey(), merge(defaults.path(entry.getKey()), entry.getValue()));
              }
            });
    return merged;
  }
}
