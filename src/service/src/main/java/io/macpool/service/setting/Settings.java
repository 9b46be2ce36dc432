package io.macpool.service.setting;

import io.macpool.core.GoDuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Stream;

/** The values that one start of a service runs with. Immutable; printing it redacts secrets. */
public final class Settings {

  private final Map<Setting<?>, Object> values;
  private final Map<Setting<?>, Object> written;
  private final List<String> warnings;

  Settings(Map<Setting<?>, Object> values, Map<Setting<?>, Object> written, List<String> warnings) {
    this.values = values;
    this.written = written;
    this.warnings = List.copyOf(warnings);
  }

  /**
   * The value set, or the default.
   *
   * @throws NoSuchElementException if there is neither: ask {@link #find} for an optional setting
   */
  public <T> T get(Setting<T> setting) {
    return find(setting)
        .orElseThrow(() -> new NoSuchElementException(setting.name() + " has no value"));
  }

  /** The value set, or the default, or nothing. */
  @SuppressWarnings("unchecked") // SettingsSpec puts in only what the setting's own parser made
  public <T> Optional<T> find(Setting<T> setting) {
    return Optional.ofNullable((T) values.get(setting));
  }

  /**
   * The value without the percent-decoding that a provider's setting has had, if that changed it:
   * for whoever can tell that only this one works.
   */
  @SuppressWarnings("unchecked") // as find
  public <T> Optional<T> asWritten(Setting<T> setting) {
    return Optional.ofNullable((T) written.get(setting));
  }

  /** What a person should know of the way this was set: misspelt variables, retired settings. */
  public List<String> warnings() {
    return warnings;
  }

  /** Every secret that is set, for whoever must keep them out of something. */
  public List<Secret> secrets() {
    return Stream.concat(values.values().stream(), written.values().stream())
        .filter(Secret.class::isInstance)
        .map(Secret.class::cast)
        .toList();
  }

  /** {@code name=value} of all that is set, for the line a service logs at its start. */
  public String describe() {
    return String.join(" ", lines());
  }

  /** {@code name=value} of each that is set; secrets are left out. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    values.forEach(
        (setting, value) -> {
          Object shown = value instanceof Duration d ? GoDuration.format(d) : value;
          lines.add(
              setting.flag().substring(2) + "=" + (setting.isSecret() ? "[redacted]" : shown));
        });
    return lines;
  }

  @Override
  public String toString() {
    return "Settings[" + describe() + "]";
  }
}
