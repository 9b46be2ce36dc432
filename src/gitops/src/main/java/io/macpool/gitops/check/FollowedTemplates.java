package io.macpool.gitops.check;

import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Problem.Severity;
import io.macpool.gitops.check.rule.Rendering;
import io.macpool.gitops.helm.HelmRenderer;
import io.macpool.gitops.helm.TemplateInputs;
import io.macpool.gitops.helm.TemplateInputs.Look;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.yaml.YamlDocument;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What Helm renders here is what it renders in the cluster, at an installation and at each upgrade;
 * and it is applied with the release, not at moments of its own.
 *
 * @param rule the rule that this is a part of
 */
record FollowedTemplates(String rule) {

  List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    inspection.renderings().forEach(rendering -> refuseHooks(rendering, problems));
    Set<Path> looking = new HashSet<>();
    Set<Path> seen = new HashSet<>();
    for (Release release : inspection.releases()) {
      Optional<Chart> chart = inspection.tree().chart(release);
      if (chart.isPresent()) {
        TemplateInputs inputs = inspection.templateInputs(chart.get());
        if (seen.add(chart.get().path()) && !inputs.looks().isEmpty()) {
          looking.add(chart.get().path());
          inputs.looks().forEach(look -> problems.add(look(chart.get(), look)));
        }
        inputs.looksOf(release.values()).forEach(what -> problems.add(look(release, what)));
      }
    }
    for (Rendering rendering : inspection.renderings()) {
      if (!looking.contains(rendering.release().chartPath())) {
        rendering.different().forEach(file -> problems.add(different(rendering.release(), file)));
      }
    }
    return problems;
  }

  /** What Helm runs in the middle of an upgrade, no rule judges. */
  private void refuseHooks(Rendering rendering, List<Problem> problems) {
    Release release = rendering.release();
    for (YamlDocument hook : rendering.otherHooks()) {
      problems.add(
          Problem.error(
              rule,
              release.file(),
              release.document().lineOf("/spec/chart/spec/chart"),
              "the chart "
                  + release.chart()
                  + " makes "
                  + hook.kind()
                  + " "
                  + hook.name()
                  + " a Helm hook, \""
                  + hook.content().at("/metadata/annotations").path(HelmRenderer.HOOK).asText()
                  + "\", which this check follows for tests only",
              "Drop the annotation from the chart or its values, or write helm.sh/hook: test"));
    }
  }

  private Problem look(Chart chart, Look look) {
    return new Problem(
        Severity.ERROR,
        rule,
        chart.path().resolve(look.file()),
        look.line(),
        "the template looks at "
            + look.what()
            + ", so what it renders in the cluster may not be what this check has judged",
        "Take a value instead");
  }

  private Problem look(Release release, String what) {
    return Problem.error(
        rule,
        release.file(),
        release.document().lineOf("/spec/values"),
        "a value that the chart renders looks at " + what + ", which this check cannot know",
        "Write the outcome instead");
  }

  private Problem different(Release release, Path template) {
    return new Problem(
        Severity.ERROR,
        rule,
        template,
        1,
        "the template renders one thing when "
            + release.name()
            + " is installed, and another when it is upgraded",
        "Let it render by values and the release's name alone");
  }
}
