package io.macpool.gitops.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rendering;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Environment.Located;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.yaml.YamlDocument;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One object of the cluster has one place in Git. Of two files with one object Flux refuses both,
 * or lets them overwrite each other for ever.
 */
final class OneObject implements Rule {

  @Override
  public String name() {
    return "one-object";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    for (Environment environment : inspection.tree().environments()) {
      Map<String, String> places = new HashMap<>();
      for (Located at : environment.documents()) {
        if (!at.document().apiVersion().startsWith("kustomize.config.k8s.io/")) {
          int line = at.document().lineOf("/metadata/name");
          String place = at.file().path() + ":" + line;
          add(places, environment, at.document(), place, at.file(), line, problems);
        }
      }
      for (Rendering rendering : inspection.renderings(environment)) {
        SourceFile file = rendering.release().file();
        for (YamlDocument object : rendering.objects()) {
          String place = "the release " + rendering.release().name();
          int line = rendering.release().document().lineOf("/spec/values");
          add(places, environment, object, place, file, line, problems);
        }
      }
    }
    return problems;
  }

  private void add(
      Map<String, String> places,
      Environment environment,
      YamlDocument object,
      String place,
      SourceFile file,
      int line,
      List<Problem> problems) {
    JsonNode namespace = object.content().at("/metadata/namespace");
    String group = object.apiVersion().replaceFirst("/?[^/]*$", "");
    String key =
        String.join("/", group, object.kind(), namespace.asText(environment.name()), object.name());
    String other = places.putIfAbsent(key, place);
    if (other != null) {
      problems.add(
          Problem.error(
              name(),
              file,
              line,
              object.kind() + " " + object.name() + " is also in " + other,
              "Keep one of them"));
    }
  }
}
