package io.macpool.gitops.check.secret;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rendering;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.tree.Environment.Located;
import io.macpool.gitops.yaml.YamlReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What is in Git is read by many: a secret stands there encrypted, or by its Secret's name. */
public final class NoClearSecrets implements Rule {

  private static final Map<String, Pattern> SHAPES =
      Map.of(
          "a URL with a password", Pattern.compile("[a-z][a-z0-9+.-]*://[^/\\s:@]*:[^/\\s@]+@"),
          "a private key", Pattern.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----"),
          "a GitHub token", Pattern.compile("\\b(gh[pousr]_|github_pat_)[A-Za-z0-9_]{16,}"),
          "a Slack token or webhook",
              Pattern.compile("(\\bxox[abprs]-[A-Za-z0-9-]{10,}|hooks\\.slack\\.com/services/)"),
          "an AWS key", Pattern.compile("\\b(AKIA|ASIA)[0-9A-Z]{16}\\b"),
          "an age key", Pattern.compile("AGE-SECRET-KEY-1"),
          "a JSON web token", Pattern.compile("\\beyJ[A-Za-z0-9_-]{10,}\\.eyJ"));

  /** Names whose values are secrets themselves, not the names of Secrets. */
  private static final Pattern SECRET_NAME =
      Pattern.compile(
          "(?i)(.*[_.-])?(password|passwd|passphrase|token|api[_-]?key|private[_-]?key|credentials?"
              + "|auth|secret)|.*(Password|Token|ApiKey|PrivateKey)|DATABASE_URL|.*_AMQP_URI"
              + "|.*VSPHERE_API_URL");

  @Override
  public String name() {
    return "no-clear-secrets";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    SopsRules rules = SopsRules.read(inspection.tree().root().resolve("releases"));
    for (var environment : inspection.tree().environments()) {
      for (Located at : environment.documents()) {
        if (at.document().kind().equals("Secret")) {
          checkSecret(rules, at, problems);
        } else {
          walk(at, at.document().content(), "", problems);
        }
      }
    }
    for (Rendering rendering : inspection.renderings()) {
      rendering.objects().stream()
          .filter(object -> object.kind().equals("Secret"))
          .forEach(
              object ->
                  problems.add(
                      Problem.error(
                          name(),
                          rendering.release().file(),
                          rendering.release().document().lineOf("/spec/values"),
                          "the chart renders the Secret " + object.name() + " from values",
                          "Charts name existing Secrets only: take it out of the chart")));
    }
    return problems;
  }

  private void checkSecret(SopsRules rules, Located at, List<Problem> problems) {
    JsonNode content = at.document().content();
    if (!SopsSecret.isEncrypted(content)) {
      problems.add(
          problem(
              at,
              "/kind",
              "the Secret " + at.document().name() + " is in clear text",
              "Encrypt it: sops --encrypt --in-place " + at.file().path()));
      return;
    }
    for (String member : List.of("data", "stringData")) {
      content
          .path(member)
          .properties()
          .forEach(
              entry -> {
                if (!SopsSecret.isClosed(entry.getValue())) {
                  problems.add(
                      problem(
                          at,
                          "/" + member + "/" + YamlReader.escape(entry.getKey()),
                          "the key " + entry.getKey() + " is in clear text in an encrypted Secret",
                          "Edit it with: sops " + at.file().path()));
                }
              });
    }
    // SOPS leaves what is outside data and stringData as it is: names, labels, annotations.
    content
        .properties()
        .forEach(
            entry -> {
              if (!Set.of("data", "stringData", "sops", "kind", "type").contains(entry.getKey())) {
                walk(at, entry.getValue(), "/" + YamlReader.escape(entry.getKey()), problems);
              }
            });
    checkApplied(at, content, problems);
    checkRecipients(rules, at, content, problems);
  }

  /** What kubectl apply once noted on the object holds every value in clear text. */
  private void checkApplied(Located at, JsonNode content, List<Problem> problems) {
    String applied = "kubectl.kubernetes.io/last-applied-configuration";
    if (content.path("metadata").path("annotations").has(applied)) {
      problems.add(
          clearText(
              at,
              "/metadata/annotations/" + YamlReader.escape(applied),
              "the whole Secret, as kubectl applied it,"));
    }
  }

  /** Who can open the Secret is who releases/.sops.yaml says, no more and no fewer. */
  private void checkRecipients(
      SopsRules rules, Located at, JsonNode content, List<Problem> problems) {
    Optional<Set<String>> allowed = rules.recipients(at.file().path());
    if (allowed.isEmpty()) {
      return;
    }
    Set<String> found = SopsSecret.recipients(content);
    if (!found.equals(allowed.get())) {
      problems.add(
          problem(
              at,
              "/sops",
              "the Secret "
                  + at.document().name()
                  + " opens for "
                  + String.join(", ", found)
                  + ", and releases/.sops.yaml says "
                  + String.join(", ", allowed.get()),
              "Encrypt it for them: sops updatekeys "
                  + at.file().path()
                  + "; change the secret itself if others could read it"));
    }
  }

  private void walk(Located at, JsonNode value, String pointer, List<Problem> problems) {
    if (value.isObject()) {
      checkVariable(at, value, pointer, problems);
      value
          .properties()
          .forEach(
              entry -> {
                String child = pointer + "/" + YamlReader.escape(entry.getKey());
                if (SECRET_NAME.matcher(entry.getKey()).matches() && holdsText(entry.getValue())) {
                  problems.add(clearText(at, child, "the value of " + entry.getKey()));
                }
                walk(at, entry.getValue(), child, problems);
              });
    } else if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        walk(at, value.get(i), pointer + "/" + i, problems);
      }
    } else if (value.isTextual()) {
      shape(value.asText()).ifPresent(what -> problems.add(clearText(at, pointer, what)));
    }
  }

  /** An environment variable: its name stands beside its value. */
  private void checkVariable(Located at, JsonNode value, String pointer, List<Problem> problems) {
    String variable = value.path("name").asText();
    if (SECRET_NAME.matcher(variable).matches() && holdsText(value.path("value"))) {
      problems.add(clearText(at, pointer + "/value", "the value of " + variable));
    }
  }

  private static boolean holdsText(JsonNode value) {
    return value.isTextual() && !value.asText().isEmpty() && !value.asText().startsWith("$(");
  }

  private static Optional<String> shape(String text) {
    return SHAPES.entrySet().stream()
        .filter(entry -> entry.getValue().matcher(text).find())
        .map(Map.Entry::getKey)
        .sorted()
        .findFirst();
  }

  private Problem clearText(Located at, String pointer, String what) {
    return problem(
        at,
        pointer,
        what + " stands here in clear text",
        "Put it into a Secret, refer to that by name, and change the secret itself: it is known");
  }

  private Problem problem(Located at, String pointer, String message, String fix) {
    return Problem.error(name(), at.file(), at.document().lineOf(pointer), message, fix);
  }
}
