package io.macpool.gitops.check.environment;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Release;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A worker without its broker takes jobs that it cannot run; one that starts before its operator
 * runs none. Every name that a release depends on is a release of the same environment.
 */
public final class BrokerExists implements Rule {

  private static final String BROKER_NAME = "/spec/values/jupiterBrainName";

  @Override
  public String name() {
    return "broker-exists";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    for (Environment environment : inspection.tree().environments()) {
      for (Release release : environment.releases()) {
        Set<String> dependencies = dependencies(environment, release, problems);
        if (release.chart().equals(Chart.WORKER)) {
          checkBroker(environment, release, dependencies, problems);
          boolean cluster = inspection.value(release, "/cluster/enabled").asBoolean(true);
          if (cluster) {
            checkOperator(environment, release, dependencies, problems);
          }
        }
      }
      checkCycles(environment, problems);
    }
    return problems;
  }

  /** Releases that wait for each other are never deployed, and no one is told. */
  private void checkCycles(Environment environment, List<Problem> problems) {
    Map<String, List<String>> waitsFor = new HashMap<>();
    for (Release release : environment.releases()) {
      List<String> names = new ArrayList<>();
      release
          .document()
          .content()
          .at("/spec/dependsOn")
          .forEach(entry -> names.add(entry.path("name").asText()));
      waitsFor.put(release.name(), names);
    }
    Cycles.of(waitsFor)
        .forEach(
            (name, way) ->
                problems.add(
                    problem(
                        environment.release(name).orElseThrow(),
                        "/spec/dependsOn",
                        "releases wait for each other: " + String.join(" → ", way),
                        "Drop one of the entries")));
  }

  private Set<String> dependencies(
      Environment environment, Release release, List<Problem> problems) {
    Set<String> names = new HashSet<>();
    JsonNode listed = release.document().content().at("/spec/dependsOn");
    for (int i = 0; i < listed.size(); i++) {
      String dependency = listed.path(i).path("name").asText();
      String namespace = listed.path(i).path("namespace").asText(environment.name());
      names.add(dependency);
      if (environment.release(dependency).isEmpty() || !namespace.equals(environment.name())) {
        problems.add(
            problem(
                release,
                "/spec/dependsOn/" + i,
                "depends on \"" + dependency + "\", which is no release of " + environment.name(),
                "Name a release of this environment, or drop the entry"));
      }
    }
    return names;
  }

  private void checkBroker(
      Environment environment, Release release, Set<String> dependencies, List<Problem> problems) {
    String broker = release.values().path("jupiterBrainName").asText();
    Optional<Release> found =
        environment.release(broker).filter(other -> other.chart().equals(Chart.BROKER));
    if (found.isEmpty()) {
      List<String> brokers =
          environment.releases().stream()
              .filter(other -> other.chart().equals(Chart.BROKER))
              .map(Release::name)
              .toList();
      problems.add(
          problem(
              release,
              BROKER_NAME,
              "jupiterBrainName is \""
                  + broker
                  + "\", and "
                  + environment.name()
                  + " has no such broker",
              "Write one of " + String.join(", ", brokers) + ", or add its release"));
    } else if (!dependencies.contains(broker)) {
      problems.add(
          problem(
              release,
              "/spec/dependsOn",
              "the worker may start before its broker " + broker,
              "Add \"- name: " + broker + "\" to spec.dependsOn"));
    }
  }

  private void checkOperator(
      Environment environment, Release release, Set<String> dependencies, List<Problem> problems) {
    boolean dependent =
        environment.releases().stream()
            .filter(other -> other.chart().equals(Chart.OPERATOR))
            .anyMatch(other -> dependencies.contains(other.name()));
    if (!dependent) {
      problems.add(
          problem(
              release,
              "/spec/dependsOn",
              "the WorkerCluster may come before the operator and its CRDs",
              "Add \"- name: worker-operator\" to spec.dependsOn"));
    }
  }

  private Problem problem(Release release, String pointer, String message, String fix) {
    return Problem.error(name(), release.file(), release.document().lineOf(pointer), message, fix);
  }
}
