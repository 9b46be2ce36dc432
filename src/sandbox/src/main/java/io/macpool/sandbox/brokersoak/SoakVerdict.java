package io.macpool.sandbox.brokersoak;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The verdict as a person reads it. */
final class SoakVerdict {

  private static final int TOLD_OF_EACH_KIND = 6;
  private static final int LINES = 60;

  private final List<Violation> violations;
  private final Timeline timeline;

  SoakVerdict(List<Violation> violations, Timeline timeline) {
    this.violations = violations;
    this.timeline = timeline;
  }

  boolean isGood() {
    return violations.isEmpty();
  }

  String text() throws IOException {
    Map<Violation.Kind, List<Violation>> byKind = new EnumMap<>(Violation.Kind.class);
    for (Violation.Kind kind : Violation.Kind.values()) {
      byKind.put(kind, violations.stream().filter(v -> v.kind() == kind).toList());
    }
    StringBuilder text = new StringBuilder();
    for (Map.Entry<Violation.Kind, List<Violation>> entry : byKind.entrySet()) {
      if (entry.getKey() == Violation.Kind.NO_RETRY_AFTER) {
        tellOfAnswers(text, entry.getValue());
      } else {
        for (Violation violation : entry.getValue().stream().limit(TOLD_OF_EACH_KIND).toList()) {
          tell(text, violation);
        }
      }
    }
    byKind.forEach(
        (kind, found) ->
            text.append(
                String.format(
                    java.util.Locale.ROOT,
                    "%-6s %5d %s%n",
                    found.isEmpty() ? "ok" : "BROKEN",
                    found.size(),
                    kind.text())));
    return text.toString();
  }

  private void tell(StringBuilder text, Violation violation) throws IOException {
    text.append("  ").append(violation.kind()).append(": ").append(violation.words()).append('\n');
    for (String line : timeline.of(violation.instances(), LINES)) {
      text.append(line).append('\n');
    }
    text.append('\n');
  }

  private static void tellOfAnswers(StringBuilder text, List<Violation> answers) {
    Map<String, Integer> counts = new TreeMap<>();
    answers.forEach(answer -> counts.merge(sort(answer.words()), 1, Integer::sum));
    counts.forEach(
        (words, count) ->
            text.append("  NO_RETRY_AFTER ")
                .append(count)
                .append(" × ")
                .append(words)
                .append('\n'));
  }

  /** Answers that differ by an id alone are one sort. */
  private static String sort(String words) {
    String plain = words.replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "ID").replaceAll("[0-9]+", "N");
    return plain.length() > 160 ? plain.substring(0, 160) : plain;
  }
}
