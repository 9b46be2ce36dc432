package io.macpool.service;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LogsTest {

  @ParameterizedTest
  @EnumSource(Logs.Format.class)
  void whatOthersSentCannotForgeALine(Logs.Format format) {
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    LoggingEvent event =
        new LoggingEvent(
            LogsTest.class.getName(),
            context.getLogger("io.macpool.Intake"),
            Level.WARN,
            "ignored {}",
            null,
            new Object[] {"x\r\n12:00:00.000 INFO  Job job 1 ended PASSED\u001b[2K"});

    String line = new String(Logs.encoder(context, format).encode(event), StandardCharsets.UTF_8);

    assertThat(line.strip()).contains("ignored x").doesNotContainPattern("\\p{Cntrl}");
  }
}
