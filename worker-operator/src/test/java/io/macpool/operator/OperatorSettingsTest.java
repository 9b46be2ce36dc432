package io.macpool.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.service.ServiceMain;
import io.macpool.service.setting.Settings;
import io.macpool.service.setting.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorSettingsTest {

  private static final Path DOC = Path.of("..", "docs", "configuration", "worker-operator.md");

  @Test
  void theNamesOfTheGoOperatorStillCount() {
    Settings settings =
        OperatorSettings.SPEC.read(
            List.of(), Map.of("WATCH_NAMESPACE", "*", "POD_NAME", "op-1", "OPERATOR_NAME", "mine"));
    assertThat(settings.get(OperatorSettings.WATCH_NAMESPACE)).isEqualTo("*");
    assertThat(settings.get(OperatorSettings.POD_NAME)).isEqualTo("op-1");
    assertThat(settings.get(OperatorSettings.OPERATOR_NAME)).isEqualTo("mine");
    assertThat(settings.get(OperatorSettings.LEADER_ELECTION)).isTrue();
    assertThat(settings.get(OperatorSettings.RECONCILE_INTERVAL)).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void everyProblemIsToldAtOnceAndNoSecretWithIt() {
    List<String> flags =
        List.of(
            "--leader-election",
            "maybe",
            "--remote-control-port",
            "0",
            "--reconcile",
            "1s",
            "--lease-duration",
            "0s",
            "--api-timeout",
            "0s");
    assertThatThrownBy(() -> OperatorSettings.SPEC.read(flags, Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("--leader-election")
        .hasMessageContaining("--remote-control-port")
        .hasMessageContaining("--lease-duration: \"0s\" is less than 1s")
        .hasMessageContaining("--api-timeout: \"0s\" is less than 100ms")
        .hasMessageContaining("--reconcile is not a setting");
    Settings broken =
        OperatorSettings.SPEC.read(
            List.of("--amqp-uri", "no uri: hunter2", "--admin-addr", "127.0.0.1:0"), Map.of());
    assertThatThrownBy(() -> Operator.start(broken))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("AMQP_URI: must begin with amqp://")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void aKubeconfigThatIsNoneIsNamed(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("config"), "clusters: {not: [a, list}");
    for (String path : List.of(file.toString(), directory.resolve("absent").toString())) {
      Settings settings =
          OperatorSettings.SPEC.read(
              List.of("--kubeconfig", path, "--admin-addr", "127.0.0.1:0"), Map.of());
      assertThatThrownBy(() -> Operator.start(settings))
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining("--kubeconfig")
          .hasMessageContaining(path);
    }
  }

  @Test
  void withoutAnyWayToTheApiItSaysWhatToSet() {
    Map<String, String> nothing =
        Map.of(
            "kubernetes.auth.tryKubeConfig", "false",
            "kubernetes.auth.tryServiceAccount", "false",
            "kubernetes.tryNamespacePath", "false");
    nothing.forEach(System::setProperty);
    try {
      Settings settings =
          OperatorSettings.SPEC.read(List.of("--admin-addr", "127.0.0.1:0"), Map.of());
      assertThatThrownBy(() -> Operator.start(settings))
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining("name a kubeconfig file");
    } finally {
      nothing.keySet().forEach(System::clearProperty);
    }
  }

  /** {@code mvn test -Dtest=OperatorSettingsTest -Dupdate.docs} rewrites the table. */
  @Test
  void theDocumentedTableIsTheDeclaredOne() throws IOException {
    String table = ServiceMain.withCommonSettings(OperatorSettings.SPEC).markdown();
    String text = "# Settings of worker-operator\n\n" + INTRODUCTION + "\n" + table;
    if (System.getProperty("update.docs") != null) {
      Files.createDirectories(DOC.getParent());
      Files.writeString(DOC, text);
    }
    assertThat(Files.readString(DOC)).isEqualTo(text);
  }

  private static final String INTRODUCTION =
      "Every setting is a flag or an environment variable; the flag wins. Durations are written"
          + " like `90s`, `3m30s` or `500ms`. This table is generated from the declarations.\n";
}
