package io.macpool.service.setting;

import io.macpool.core.GoDuration;
import io.macpool.service.setting.Setting.Shape;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What documents tell of one setting.
 *
 * @param name without the program's prefix, as in {@code REQUEST_TIMEOUT}
 * @param usage its flag, with the form of its value
 * @param variables in the order in which they count
 * @param isRetired whether it is accepted without effect
 * @param defaultValue as a person would write it; empty for secrets and where there is none
 */
public record SettingEntry(
    String name,
    String usage,
    List<String> variables,
    boolean isRequired,
    boolean isRetired,
    Optional<String> defaultValue,
    String description) {

  static SettingEntry of(Setting<?> setting, List<String> variables) {
    return new SettingEntry(
        setting.name(),
        usage(setting),
        List.copyOf(variables),
        setting.isRequired(),
        setting.shape() == Shape.RETIRED,
        shownDefault(setting),
        setting.description());
  }

  private static String usage(Setting<?> setting) {
    if (setting.shape() == Shape.FAMILY) {
      return setting.flag() + "NAME " + setting.form();
    }
    return setting.takesNoValue() ? setting.flag() : setting.flag() + " " + setting.form();
  }

  private static Optional<String> shownDefault(Setting<?> setting) {
    Object value = setting.defaultValue();
    if (value == null || setting.shape() == Shape.FAMILY || setting.isSecret()) {
      return Optional.empty();
    }
    if (value instanceof Duration duration) {
      return Optional.of(GoDuration.format(duration));
    }
    return Optional.of(
        value instanceof Enum<?> e
            ? e.name().toLowerCase(Locale.ROOT).replace('_', '-')
            : value.toString());
  }

  static String help(SettingsSpec spec) {
    StringBuilder text = new StringBuilder();
    text.append(spec.program()).append(": ").append(spec.purpose()).append("\n\n");
    text.append("Usage: ").append(spec.program()).append(" [--setting VALUE ...]\n\n");
    text.append("Every setting is a flag or an environment variable; the flag wins.\n");
    text.append("Durations are written like 90s, 3m30s or 500ms.\n");
    for (SettingEntry entry : spec.entries()) {
      if (entry.isRetired) {
        continue;
      }
      text.append("\n  ").append(entry.usage).append('\n');
      text.append("      ").append(entry.description).append('\n');
      text.append("      environment: ")
          .append(String.join(", ", entry.variables))
          .append(entry.defaultValue.map(d -> "; default " + d).orElse(""))
          .append(entry.isRequired ? "; required" : "")
          .append('\n');
    }
    text.append("\n  --help\n      prints this\n  --version\n      prints the version\n");
    return text.toString();
  }

  static String markdown(List<SettingEntry> entries) {
    StringBuilder text = new StringBuilder("| flag | environment | default | meaning |\n");
    text.append("| --- | --- | --- | --- |\n");
    for (SettingEntry entry : entries) {
      text.append("| `").append(entry.usage.replace("|", "\\|")).append("` | `");
      text.append(String.join("`, `", entry.variables));
      text.append("` | ").append(entry.standing()).append(" | ");
      text.append(entry.description.replace("|", "\\|")).append(" |\n");
    }
    return text.toString();
  }

  /** What happens when nobody sets it. */
  private String standing() {
    if (isRetired) {
      return "accepted, without effect";
    }
    return isRequired ? "required" : defaultValue.map(d -> "`" + d + "`").orElse("");
  }
}
