package io.macpool.service.setting;

import io.macpool.service.setting.Setting.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
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
    Map<Setting<?>, Object> written = new HashMap<>();
    for (Setting<?> setting : settings) {
      if (setting.shape() == Shape.FAMILY) {
        values.put(setting, family(setting, flags, environment));
        continue;
      }
      Optional<Given> given = given(setting, flags, environment, warnings);
      if (given.isPresent()) {
        take(setting, given.get(), values, written, problems, warnings);
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
    return new Settings(values, written, warnings);
  }

  /** The text of {@code --help}. */
  public String help() {
    return SettingEntry.help(this);
  }

  /** The table of docs/configuration. */
  public String markdown() {
    return SettingEntry.markdown(entries());
  }

  /** What a person may know of each setting, in the order in which help shows them. */
  public List<SettingEntry> entries() {
    return settings.stream()
        .map(setting -> SettingEntry.of(setting, shownVariables(setting)))
        .toList();
  }

  /**
   * What is set.
   *
   * @param written as it stands in the environment, where {@code text} is decoded
   */
  private record Given(String text, String source, String written) {

    boolean isDecoded() {
      return !text.equals(written);
    }
  }

  private <T> void take(
      Setting<T> setting,
      Given given,
      Map<Setting<?>, Object> values,
      Map<Setting<?>, Object> written,
      List<String> problems,
      List<String> warnings) {
    if (setting.shape() == Shape.RETIRED) {
      warnings.add(given.source() + " has no effect any more: " + setting.description());
      return;
    }
    Optional<T> plain = given.isDecoded() ? usable(setting, given.written()) : Optional.empty();
    plain.ifPresent(value -> written.put(setting, value));
    if (given.isDecoded() && given.written().contains("+")) {
      warnings.add(
          given.source()
              + ": a + stands for a space there, as in the Go worker; write %2B for a +");
    }
    try {
      values.put(setting, setting.parse(given.text()));
    } catch (IllegalArgumentException e) {
      if (plain.isPresent()) {
        values.put(setting, plain.get());
        warnings.add(
            given.source()
                + " is no usable value once percent-decoded, so it is taken as it is written; write"
                + " % as %25 and + as %2B");
        return;
      }
      // A secret's own text must not reach the terminal or a log, not even when it is malformed.
      problems.add(given.source() + ": " + (setting.isSecret() ? "is malformed" : e.getMessage()));
    }
  }

  private static <T> Optional<T> usable(Setting<T> setting, String text) {
    try {
      return Optional.of(setting.parse(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
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
        put(flags, setting.get(), flag, argument.substring(equals + 1));
      } else if (setting.get().takesNoValue()) {
        put(flags, setting.get(), flag, "true");
      } else if (i + 1 < arguments.size()) {
        i++;
        put(flags, setting.get(), flag, arguments.get(i));
      } else {
        problems.add(flag + " needs a value");
      }
    }
    return flags;
  }

  private static void put(
      Map<String, String> flags, Setting<?> setting, String written, String text) {
    String name = setting.shape() == Shape.FAMILY ? dashed(written) : setting.flag();
    flags.merge(name, text, setting::joined);
  }

  private static boolean takes(Setting<?> setting, String flag) {
    return setting.shape() == Shape.FAMILY
        ? dashed(flag).startsWith(setting.flag()) && dashed(flag).length() > setting.flag().length()
        : setting.isWritten(flag);
  }

  private static String dashed(String flag) {
    return flag.startsWith("--") ? flag : "-" + flag;
  }

  private Optional<Given> given(
      Setting<?> setting,
      Map<String, String> flags,
      Map<String, String> environment,
      List<String> warnings) {
    if (flags.containsKey(setting.flag())) {
      String text = flags.get(setting.flag());
      return Optional.of(new Given(text, setting.flag(), text));
    }
    List<String> set =
        variables(setting).stream()
            .filter(variable -> !environment.getOrDefault(variable, "").isEmpty())
            .filter(variable -> !isServiceLink(variable, environment.getOrDefault(variable, "")))
            .toList();
    set.stream()
        .skip(1)
        .filter(variable -> !Objects.equals(environment.get(variable), environment.get(set.get(0))))
        .filter(variable -> !setting.isOfMachine() || variable.startsWith(prefix))
        .forEach(
            variable ->
                warnings.add(
                    set.get(0)
                        + " and "
                        + variable
                        + " are both set and differ: the first counts"));
    return set.stream()
        .findFirst()
        .map(
            variable -> {
              String text = environment.getOrDefault(variable, "");
              return new Given(setting.unescaped(text), variable, text);
            });
  }

  /** What Kubernetes sets for a Service: {@code NAME_PORT=tcp://…} is nobody's setting. */
  private static boolean isServiceLink(String variable, String value) {
    return variable.endsWith("_PORT") && value.matches("(tcp|udp|sctp)://.*");
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
            if (variable.startsWith(start)
                && !isDeclared(variable)
                && !isServiceLink(variable, value)) {
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
          && !environment.get(variable).isEmpty()
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
    return Spelling.nearest(flag, settings);
  }

  private List<String> shownVariables(Setting<?> setting) {
    return setting.shape() == Shape.FAMILY
        ? List.of(prefix + setting.name() + "NAME")
        : variables(setting);
  }
}
