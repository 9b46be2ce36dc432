package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.BrainSettings;
import io.macpool.brain.JanitorSettings;
import io.macpool.operator.OperatorSettings;
import io.macpool.service.ServiceMain;
import io.macpool.service.setting.Setting;
import io.macpool.service.setting.SettingsException;
import io.macpool.service.setting.SettingsSpec;
import io.macpool.worker.WorkerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What each program says of each of its settings that is missing or malformed: one sentence, that
 * names the setting. They stand in a file, so that a reviewer reads each; {@code
 * -Dgolden.write=true} writes it anew.
 */
class SettingsSentencesTest {

  private static final Path GOLDEN =
      Path.of("src/test/resources/io/macpool/sandbox/settings-sentences.txt");

  private static final List<String> MALFORMED = List.of("banana", "-1", "", "http://");

  private static Map<String, SettingsSpec> programs() {
    Map<String, SettingsSpec> all = new LinkedHashMap<>();
    all.put("jupiter-brain", ServiceMain.withCommonSettings(BrainSettings.SPEC));
    all.put("jupiter-brain janitor", JanitorSettings.SPEC);
    all.put("worker", ServiceMain.withCommonSettings(WorkerSettings.SPEC));
    all.put("worker-operator", ServiceMain.withCommonSettings(OperatorSettings.SPEC));
    return all;
  }

  @Test
  void eachProblemIsASentenceThatNamesItsSetting() throws IOException {
    List<String> sentences = new ArrayList<>();
    programs()
        .forEach(
            (program, spec) -> {
              said(spec, List.of()).forEach(line -> sentences.add(program + ": " + line));
              for (Setting<?> setting : spec.settings()) {
                for (String value : MALFORMED) {
                  said(spec, List.of(setting.flag() + "=" + value)).stream()
                      .filter(line -> line.startsWith(setting.flag() + ":"))
                      .forEach(line -> sentences.add(program + ": " + line));
                }
              }
            });
    String text = String.join("\n", new LinkedHashSet<>(sentences)) + "\n";
    assertThat(text).doesNotContain("null", "Exception", "java.");
    if (Boolean.getBoolean("golden.write")) {
      Files.writeString(GOLDEN, text);
    }
    assertThat(text)
        .as("if the change is meant: run this test with -Dgolden.write=true and review the diff")
        .isEqualTo(Files.readString(GOLDEN));
  }

  private static List<String> said(SettingsSpec spec, List<String> arguments) {
    try {
      spec.read(arguments, Map.of());
      return List.of();
    } catch (SettingsException e) {
      return e.getMessage().lines().toList();
    }
  }
}
