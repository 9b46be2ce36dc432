package io.macpool.gitops.check.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Environment.Located;
import io.macpool.gitops.tree.Release;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Staging follows builds by itself; production takes released versions, on a branch that a person
 * merges. A marker whose policy is of another image would deploy one service as another.
 */
public final class ImageAutomation implements Rule {

  private static final Pattern MARKER =
      Pattern.compile("#\\s*\\{\\s*\"\\$imagepolicy\"\\s*:\\s*\"([^\"]*)\"\\s*}\\s*$");

  @Override
  public String name() {
    return "image-automation";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    for (Environment environment : inspection.tree().environments()) {
      for (Release release : environment.releases()) {
        for (String part : List.of("tag", "digest")) {
          checkMarker(environment, release, part, problems);
        }
      }
      environment
          .documents("ImageRepository")
          .forEach(repository -> checkExclusions(environment, repository, problems));
      environment
          .documents("ImagePolicy")
          .forEach(policy -> checkPolicy(environment, policy, problems));
      environment
          .documents("ImageUpdateAutomation")
          .forEach(automation -> checkAutomation(environment, automation, problems));
    }
    return problems;
  }

  private void checkMarker(
      Environment environment, Release release, String part, List<Problem> problems) {
    int line = release.document().lineOf("/spec/values/image/" + part);
    Matcher marker = MARKER.matcher(release.file().line(line));
    if (!marker.find()) {
      problems.add(
          Problem.error(
              name(),
              release.file(),
              line,
              "image." + part + " has no marker, so image automation passes it by",
              "End the line with: # {\"$imagepolicy\": \""
                  + environment.name()
                  + ":POLICY:"
                  + part
                  + "\"}"));
      return;
    }
    String[] names = marker.group(1).split(":", -1);
    Optional<Located> policy =
        names.length == 3 ? find(environment, "ImagePolicy", names[1]) : Optional.empty();
    Optional<Located> repository =
        policy.flatMap(
            at ->
                find(
                    environment,
                    "ImageRepository",
                    at.document().text("/spec/imageRepositoryRef/name")));
    boolean sound =
        repository.isPresent()
            && names[0].equals(environment.name())
            && names[2].equals(part)
            && repository.get().document().text("/spec/image").equals(release.image().repository());
    if (!sound) {
      problems.add(
          Problem.error(
              name(),
              release.file(),
              line,
              "the marker \""
                  + marker.group(1)
                  + "\" names no policy of "
                  + release.image().repository()
                  + " in "
                  + environment.name(),
              "Write "
                  + environment.name()
                  + ":POLICY:"
                  + part
                  + " with an ImagePolicy of image-automation.yaml"));
    }
  }

  private void checkPolicy(Environment environment, Located policy, List<Problem> problems) {
    JsonNode spec = policy.document().content().path("spec");
    if (find(environment, "ImageRepository", spec.at("/imageRepositoryRef/name").asText())
        .isEmpty()) {
      problems.add(
          problem(
              policy,
              "/spec/imageRepositoryRef",
              "no ImageRepository \"" + spec.at("/imageRepositoryRef/name").asText() + "\" here",
              "Name one of this environment"));
    }
    if (!spec.path("digestReflectionPolicy").asText().matches("IfNotPresent|Always")) {
      problems.add(
          problem(
              policy,
              "/spec/digestReflectionPolicy",
              "the policy " + policy.document().name() + " does not look up digests",
              "Write digestReflectionPolicy: IfNotPresent"));
    }
    String pattern = spec.at("/filterTags/pattern").asText();
    String group = spec.at("/filterTags/extract").asText();
    boolean extracts = group.startsWith("$") && pattern.contains("(?P<" + group.substring(1) + ">");
    boolean builds = pattern.startsWith("^main-") && extracts;
    boolean numerical = spec.at("/policy/numerical").isObject();
    boolean released = spec.at("/policy/semver/range").isTextual();
    if (environment.isStaging()
        ? !(builds && spec.at("/policy/numerical/order").asText("asc").equals("asc") && numerical)
        : !released) {
      problems.add(
          problem(
              policy,
              "/spec/policy",
              environment.isStaging()
                  ? "staging does not follow the newest build of the main line"
                  : "production would follow something else than released versions",
              environment.isStaging()
                  ? "Filter tags by ^main-(?P<built>[0-9]{14})-…, extract $built, order"
                      + " numerically, asc"
                  : "Write policy: semver: range"));
    } else if (!environment.isStaging()) {
      checkRange(policy, problems);
    }
  }

  /** A pre-release is no released version, and a range that cannot be read stops the policy. */
  private void checkRange(Located policy, List<Problem> problems) {
    String range = policy.document().text("/spec/policy/semver/range");
    VersionRange.problem(range)
        .ifPresent(
            why ->
                problems.add(
                    problem(
                        policy,
                        "/spec/policy/semver/range",
                        "the range \"" + range + "\" " + why,
                        "Write a range of released versions, such as \">=1.0.0\"")));
  }

  /** A tag that the repository leaves out, no policy can choose. */
  private void checkExclusions(
      Environment environment, Located repository, List<Problem> problems) {
    String tag = environment.isStaging() ? "main-20261120181500-2603e0d" : "v1.0.0";
    JsonNode patterns = repository.document().content().at("/spec/exclusionList");
    for (int i = 0; i < patterns.size(); i++) {
      if (excludes(patterns.get(i).asText(), tag)) {
        problems.add(
            problem(
                repository,
                "/spec/exclusionList/" + i,
                "\"" + patterns.get(i).asText() + "\" leaves out tags such as " + tag,
                "Drop it, or let it match other tags only"));
      }
    }
  }

  /** What cannot be read may leave out anything. */
  private static boolean excludes(String pattern, String tag) {
    try {
      return Pattern.compile(pattern).matcher(tag).find();
    } catch (PatternSyntaxException e) {
      return true;
    }
  }

  private void checkAutomation(
      Environment environment, Located automation, List<Problem> problems) {
    String path = automation.document().text("/spec/update/path");
    String wanted = "./releases/" + environment.name();
    if (!path.equals(wanted)) {
      problems.add(
          problem(
              automation,
              "/spec/update/path",
              "image automation writes to \"" + path + "\"",
              "Write path: " + wanted));
    }
    if (!automation.document().content().at("/spec/policySelector").isMissingNode()) {
      problems.add(
          problem(
              automation,
              "/spec/policySelector",
              "image automation follows those policies only that it selects by their labels",
              "Drop policySelector: it then follows all of this environment"));
    }
    String push = automation.document().text("/spec/git/push/branch");
    boolean deploys = push.equals(environment.branch());
    if (environment.isStaging() != deploys || push.isEmpty()) {
      problems.add(
          problem(
              automation,
              "/spec/git/push/branch",
              "image automation pushes to \"" + push + "\"",
              environment.isStaging()
                  ? "Write branch: " + environment.branch() + ", which staging deploys"
                  : "Write another branch than "
                      + environment.branch()
                      + ": a person merges what production runs"));
    }
    if (!automation.document().text("/spec/git/checkout/ref/branch").equals(environment.branch())) {
      problems.add(
          problem(
              automation,
              "/spec/git/checkout",
              "image automation starts from another branch than Flux deploys",
              "Write checkout: ref: branch: " + environment.branch()));
    }
  }

  private static Optional<Located> find(Environment environment, String kind, String name) {
    return environment.documents(kind).stream()
        .filter(at -> at.document().name().equals(name))
        .findFirst();
  }

  private Problem problem(Located at, String pointer, String message, String fix) {
    return Problem.error(name(), at.file(), at.document().lineOf(pointer), message, fix);
  }
}
