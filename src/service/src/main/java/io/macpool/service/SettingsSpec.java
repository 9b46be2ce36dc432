package io.macpool.service;

import io.macpool.service.Setting.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * All settings of one program. Flags win over the environment; every problem is reported at once.
 *
 * @param program what a person types to run it
 * @param purpose one sentence for {@code --help}
 * @param prefix of its environment variables, with the last underscore
 * @param settings in the order in which help shows them
 * @param bareNames settings whose name without the prefix counts, too, after that with it
 */
public record SettingsSpec(
    String program,
    String purpose,
    String prefix,
    List<Setting<?>> settings,
    Set<String> bareNames) {

  public SettingsSpec {
    settings = List.copyOf(settings);
    bareNames = Set.copyOf(bareNames);
  }

  /** A program whose every variable has the prefix. */
  public SettingsSpec(String program, String purpose, String prefix, List<Setting<?>> settings) {
    this(program, purpose, prefix, settings, Set.of());
  }

  /**
   * Reads {@code --name value}, {@code --name=value} and the environment.
   *
   * @throws SettingsException naming every unknown flag, malformed value and missing setting
   */
  public Settings read(List<String> arguments, Map<String, String> environment) {
    List<String> problems = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    Map<String, String> flags = readFlags(arguments, problems);
    Map<Setting<?>, Object> values = new LinkedHashMap<>();
    for (Setting<?> setting : settings) {
      if (setting.shape() == Shape.FAMILY) {
        values.put(setting, family(setting, flags, environment));
        continue;
      }
      Optional<Given> given = given(setting, flags, environment, warnings);
      if (given.isPresent()) {
        take(setting, given.get(), values, problems, warnings);
      } else if (setting.defaultValue() != null) {
        values.put(setting, setting.defaultValue());
      } else if (setting.isRequired()) {
        problems.add(setting.flag() + " is required: set it, or " + variables(setting).get(0));
      }
    }
    warnings.addAll(misspelt(environment));
    if (!problems.isEmpty()) {
      problems.addAll(warnings); // a misspelt name may be why a required one is missing
      throw new SettingsException(problems);
    }
    return new Settings(values, warnings);
  }

  /** The text of {@code --help}. */
  public String help() {
    StringBuilder text = new StringBuilder();
    text.append(program).append(": ").append(purpose).append("\n\n");
    text.append("Usage: ").append(program).append(" [--setting VALUE ...]\n\n");
    text.append("Every setting is a flag or an environment variable; the flag wins.\n");
    text.append("Durations are written like 90s, 3m30s or 500ms.\n");
    for (Setting<?> setting : settings) {
      if (setting.shape() == Shape.RETIRED) {
        continue;
      }
      text.append("\n  ").append(usage(setting)).append('\n');
      text.append("      ").append(setting.description()).append('\n');
      text.append("      environment: ")
          .append(String.join(", ", shownVariables(setting)))
          .append(shownDefault(setting).map(d -> "; default " + d).orElse(""))
          .append(setting.isRequired() ? "; required" : "")
          .append('\n');
    }
    text.append("\n  --help\n      prints this\n  --version\n      prints the version\n");
    return text.toString();
  }

  /** The table of docs/configuration.md. */
  public String markdown() {
    StringBuilder text = new StringBuilder("| flag | environment | default | meaning |\n");
    text.append("| --- | --- | --- | --- |\n");
    for (Setting<?> setting : settings) {
      String standing =
          setting.shape() == Shape.RETIRED
              ? "accepted, without effect"
              : setting.isRequired()
                  ? "required"
                  : shownDefault(setting).map(d -> "`" + d + "`").orElse("");
      text.append("| `").append(usage(setting).replace("|", "\\|")).append("` | `");
      text.append(String.join("`, `", shownVariables(setting)));
      text.append("` | ").append(standing).append(" | ");
      text.append(setting.description().replace("|", "\\|")).append(" |\n");
    }
    return text.toString();
  }

  private record Given(String text, String source) {}

  private <T> void take(
      Setting<T> setting,
      Given given,
      Map<Setting<?>, Object> values,
      List<String> problems,
      List<String> warnings) {
    if (setting.shape() == Shape.RETIRED) {
      warnings.add(given.source() + " has no effect any more: " + setting.description());
      return;
    }
    try {
      values.put(setting, setting.parse(given.text()));
    } catch (IllegalArgumentException e) {
      // A secret's own text must not reach the terminal or a log, not even when it is malformed.
      problems.add(given.source() + ": " + (setting.isSecret() ? "is malformed" : e.getMessage()));
    }
  }

  private Map<String, String> readFlags(List<String> arguments, List<String> problems) {
    Map<String, String> flags = new HashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      int equals = argument.indexOf('=');
      String flag = equals < 0 ? argument : argument.substring(0, equals);
      Optional<Setting<?>> setting = settings.stream().filter(s -> takes(s, flag)).findFirst();
      if (setting.isEmpty()) {
        problems.add(unknownFlag(flag));
      } else if (equals >= 0) {
        flags.put(flag, argument.substring(equals + 1));
      } else if (setting.get().shape() == Shape.SWITCH) {
        flags.put(flag, "true");
      } else if (i + 1 < arguments.size()) {
        i++;
        flags.put(flag, arguments.get(i));
      } else {
        problems.add(flag + " needs a value");
      }
    }
    return flags;
  }

  private static boolean takes(Setting<?> setting, String flag) {
    return setting.shape() == Shape.FAMILY
        ? flag.startsWith(setting.flag()) && flag.length() > setting.flag().length()
        : flag.equals(setting.flag());
  }

  private Optional<Given> given(
      Setting<?> setting,
      Map<String, String> flags,
      Map<String, String> environment,
      List<String> warnings) {
    if (flags.containsKey(setting.flag())) {
      return Optional.of(new Given(flags.get(setting.flag()), setting.flag()));
    }
    List<String> set =
        variables(setting).stream()
            .filter(variable -> !environment.getOrDefault(variable, "").isEmpty())
            .toList();
    set.stream()
        .skip(1)
        .filter(variable -> !environment.get(variable).equals(environment.get(set.get(0))))
        .forEach(
            variable ->
                warnings.add(
                    set.get(0)
                        + " and "
                        + variable
                        + " are both set and differ: the first counts"));
    return set.stream()
        .findFirst()
        .map(variable -> new Given(setting.unescaped(environment.get(variable)), variable));
  }

  /** Environment variables in the order in which they count. */
  private List<String> variables(Setting<?> setting) {
    List<String> names = new ArrayList<>(setting.variables(prefix));
    if (setting.isOfProvider()) {
      names.add(0, setting.name());
    } else if (bareNames.contains(setting.name()) && !names.contains(setting.name())) {
      names.add(1, setting.name());
    }
    return names;
  }

  private Map<String, String> family(
      Setting<?> setting, Map<String, String> flags, Map<String, String> environment) {
    Map<String, String> members = new TreeMap<>();
    List<String> starts = variables(setting);
    // The last first, so that what counts more overwrites it.
    for (int i = starts.size() - 1; i >= 0; i--) {
      String start = starts.get(i);
      environment.forEach(
          (variable, value) -> {
            if (variable.startsWith(start) && !isDeclared(variable)) {
              members.put(variable.substring(start.length()).toLowerCase(Locale.ROOT), value);
            }
          });
    }
    flags.forEach(
        (flag, value) -> {
          if (takes(setting, flag)) {
            members.put(flag.substring(setting.flag().length()).replace('-', '_'), value);
          }
        });
    return Map.copyOf(members);
  }

  private boolean isDeclared(String variable) {
    return settings.stream()
        .filter(s -> s.shape() != Shape.FAMILY)
        .anyMatch(s -> variables(s).contains(variable));
  }

  /**
   * Variables with our prefix that nobody reads. A warning and not an error, because Kubernetes
   * sets such names itself for a Service of the same name.
   */
  private List<String> misspelt(Map<String, String> environment) {
    List<String> warnings = new ArrayList<>();
    for (String variable : environment.keySet()) {
      boolean family =
          settings.stream()
              .anyMatch(s -> s.shape() == Shape.FAMILY && variable.startsWith(prefix + s.name()));
      boolean serviceLink = variable.matches(".*_(SERVICE_(HOST|PORT)|PORT)(_.*)?");
      if (!prefix.isEmpty()
          && variable.startsWith(prefix)
          && !family
          && !serviceLink
          && !isDeclared(variable)) {
        String flag = "--" + variable.substring(prefix.length()).toLowerCase(Locale.ROOT);
        warnings.add(
            variable
                + " is not a setting and is ignored"
                + nearest(flag.replace('_', '-'))
                    .map(s -> "; did you mean " + variables(s).get(0) + "?")
                    .orElse(""));
      }
    }
    return warnings;
  }

  private String unknownFlag(String flag) {
    String hint =
        nearest(flag).map(s -> "did you mean " + s.flag() + "?").orElse("--help lists them all");
    return flag + " is not a setting of " + program + "; " + hint;
  }

  private Optional<Setting<?>> nearest(String flag) {
    Setting<?> best = null;
    int least = 4; // more edits than three is another word, not a slip
    for (Setting<?> setting : settings) {
      int edits = edits(flag, setting.flag());
      if (edits < least) {
        least = edits;
        best = setting;
      }
    }
    return Optional.ofNullable(best);
  }

  /** Levenshtein's distance. */
  private static int edits(String from, String to) {
    int[] previous = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int[] row = new int[to.length() + 1];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int change = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, Math.min(previous[j], row[j - 1]) + 1);
      }
      previous = row;
    }
    return previous[to.length()];
  }

  private String usage(Setting<?> setting) {
    return switch (setting.shape()) {
      case SWITCH -> setting.flag();
      case FAMILY -> setting.flag() + "NAME " + setting.form();
      case VALUE, RETIRED -> setting.flag() + " " + setting.form();
    };
  }

  private List<String> shownVariables(Setting<?> setting) {
    return setting.shape() == Shape.FAMILY
        ? List.of(prefix + setting.name() + "NAME")
        : variables(setting);
  }

  private static Optional<String> shownDefault(Setting<?> setting) {
    Object value = setting.defaultValue();
    if (value == null || setting.shape() == Shape.FAMILY || setting.isSecret()) {
      return Optional.empty();
    }
    if (value instanceof java.time.Duration duration) {
      return Optional.of(io.macpool.core.GoDuration.format(duration));
    }
    return Optional.of(
        value instanceof Enum<?> e
            ? e.name().toLowerCase(Locale.ROOT).replace('_', '-')
            : value.toString());
  }
}
