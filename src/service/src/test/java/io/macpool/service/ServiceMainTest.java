package io.macpool.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.macpool.service.setting.Setting;
import io.macpool.service.setting.SettingsSpec;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.slf4j.LoggerFactory;

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

  private static List<ILoggingEvent> startFailsWith(RuntimeException failure) throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(ServiceMain.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try {
      int status =
          ServiceMain.serve(
              new BuildInfo("brain", "1"),
              SPEC.read(List.of(), Map.of()),
              settings -> {
                throw failure;
              });
      assertThat(status).isEqualTo(1);
    } finally {
      logger.detachAppender(log);
    }
    return log.list.stream().filter(event -> event.getLevel() == Level.ERROR).toList();
  }

  @Test
  void aStartThatFailsIsToldInASentence() throws Exception {
    assertThat(startFailsWith(new IllegalStateException("can't listen on :80: taken")))
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getFormattedMessage())
                  .isEqualTo("brain could not start: can't listen on :80: taken");
              assertThat(event.getThrowableProxy()).isNull();
            });
  }

  @Test
  void aFaultOfItsOwnIsToldWithItsTrace() throws Exception {
    assertThat(startFailsWith(new NullPointerException("a is null")))
        .singleElement()
        .satisfies(event -> assertThat(event.getThrowableProxy()).isNotNull());
  }
}
