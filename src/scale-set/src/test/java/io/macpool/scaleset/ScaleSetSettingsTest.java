package io.macpool.scaleset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.service.ServiceMain;
import io.macpool.service.setting.Settings;
import io.macpool.service.setting.SettingsException;
import io.macpool.service.setting.SettingsSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScaleSetSettingsTest {

  private static Settings settings(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>();
    Map<String, String> all =
        new HashMap<>(
            Map.of(
                "GITHUB_URL", "https://github.com/org",
                "GITHUB_TOKEN_FILE", "/nowhere/token",
                "BROKER_URL", "http://token@127.0.0.1:1",
                "NAME", "macos-15",
                "IMAGE", "macos-15",
                "SSH_KEY_FILE", "/nowhere/key"));
    all.putAll(more);
    all.forEach((name, value) -> environment.put("MACPOOL_SCALE_SET_" + name, value));
    return ScaleSetSettings.SPEC.read(List.of(), environment);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GITHUB_APP_ID | 7 | set either --github-token-file, or all of",
        "GITHUB_TOKEN_FILE | | set either --github-token-file, or all of",
        "MIN_RUNNERS | 200 | --min-runners: 200 is more than --max-runners, 100",
        "GITHUB_URL | https://github.com | names no organization",
        "GITHUB_URL | https://me:secret@github.com/org | holds a login",
        "NAME | a b | is not of 1 to 50 letters",
        "LEASE | 5s | is not between 10s and 1h",
        "PROXY | https://proxy:3128 | --proxy: must begin with http://",
        "SSH_KEY_FILE | /nowhere/key | --ssh-key-file: the private key /nowhere/key is not there"
      })
  void whatCannotBeUsedIsRefused(String name, String value, String said) {
    Map<String, String> more = new HashMap<>();
    more.put(name, value == null ? "" : value);
    // The proxy is looked at behind the key, which has to be there then.
    if (name.equals("PROXY")) {
      assertThatThrownBy(() -> GitHubClient.way(settings(more), Runnable::run))
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining(said);
      return;
    }
    assertThatThrownBy(() -> ScaleSet.start(settings(more)).close())
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(said)
        .hasMessageNotContaining("secret");
  }

  /** Run with -Dmacpool.docs.write=true to write the document anew. */
  @Test
  void theDocumentTellsEverySetting() throws IOException {
    SettingsSpec spec = ServiceMain.withCommonSettings(ScaleSetSettings.SPEC);
    Path document = Path.of("../../docs/configuration/scale-set.md");
    String expected =
        "# Settings of "
            + spec.program()
            + "\n\n"
            + "Written from the code; a test holds it to that. Each is a flag and an environment"
            + " variable; the flag wins. Durations are written like `90s`, `3m30s`, `500ms`.\n\n"
            + spec.markdown();
    if (Boolean.getBoolean("macpool.docs.write")) {
      Files.writeString(document, expected);
    }
    assertThat(document).hasContent(expected);
  }
}
