package io.macpool.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.service.ServiceMain;
import io.macpool.service.setting.SettingsException;
import io.macpool.service.setting.SettingsSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsoleSettingsTest {

  @Test
  void aShortTokenIsRefused() {
    Map<String, String> environment =
        Map.of(
            "MACPOOL_CONSOLE_BROKER_URL", "http://reader@127.0.0.1:1",
            "MACPOOL_CONSOLE_TOKEN", "short");

    assertThatThrownBy(
            () -> Console.start(ConsoleSettings.SPEC.read(List.of(), environment)).close())
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("--token: is shorter than 16 characters");
  }

  /** Run with -Dmacpool.docs.write=true to write the document anew. */
  @Test
  void theDocumentTellsEverySetting() throws IOException {
    SettingsSpec spec = ServiceMain.withCommonSettings(ConsoleSettings.SPEC);
    Path document = Path.of("../../docs/configuration/console.md");
    String expected =
        "# Settings of "
            + spec.program()
            + "\n\n"
            + "Written from the code; a test holds it to that. Each is a flag and an environment"
            + " variable; the flag wins. Durations are written like `90s`, `3m30s`, `500ms`.\n\n"
            + spec.markdown();
    if (Boolean.getBoolean("macpool.docs.write")) {
      Files.createDirectories(document.getParent());
      Files.writeString(document, expected);
    }
    assertThat(document).hasContent(expected);
  }
}
