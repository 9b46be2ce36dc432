package io.macpool.brain;

import io.macpool.service.setting.Setting;
import io.macpool.service.setting.SettingsException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong with settings, so that a person learns of all of it at once. */
final class SettingsProblems {

  private final List<String> problems = new ArrayList<>();

  /** What {@code parser} makes of the setting; null, and a problem, if it can't be used. */
  <T> @Nullable T check(Setting<?> setting, Supplier<T> parser) {
    try {
      return parser.get();
    } catch (IllegalArgumentException e) {
      problems.add(setting.name() + ": " + e.getMessage());
      return null;
    }
  }

  void add(String problem) {
    problems.add(problem);
  }

  boolean isEmpty() {
    return problems.isEmpty();
  }

  /**
   * @throws SettingsException naming every problem, if there is one
   */
  void throwIfAny() {
    if (!problems.isEmpty()) {
      throw new SettingsException(problems);
    }
  }
}
