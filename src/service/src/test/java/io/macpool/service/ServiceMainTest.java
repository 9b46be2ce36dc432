package io.macpool.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

class ServiceMainTest {

  private static final SettingsSpec SPEC =
      new SettingsSpec(
          "brain",
          "serves.",
          "NOBODY_SETS_",
          List.of(
              Setting.integer("CREATES", 1, 100, "creates at once").defaultTo(48),
              Setting.secret("AUTH_TOKEN", "the token")));

  /** And nothing is started. */
  @Test
  @ResourceLock(Resources.SYSTEM_OUT)
  void theSettingsInForceAreShownWithoutSecrets() {
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    PrintStream out = System.out;
    System.setOut(new PrintStream(shown, true, UTF_8));
    try {
      int status =
          ServiceMain.run(
              new BuildInfo("brain", "1"),
              SPEC,
              new String[] {"--auth-token=s3cret", "--echo-config"},
              settings -> fail("it must not start"));
      assertThat(status).isZero();
    } finally {
      System.setOut(out);
    }
    assertThat(shown.toString(UTF_8).lines())
        .contains("creates=48", "auth-token=[redacted]", "echo-config=true")
        .noneMatch(line -> line.contains("s3cret"));
  }
}
