package io.macpool.service;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class KnownFailureTest {

  private static final List<KnownFailure> KNOWN =
      List.of(new KnownFailure("lib.watch", IOException.class, "is it up?"));

  private static ILoggingEvent event(String logger, Throwable failure) {
    return new LoggingEvent(
        "fqcn",
        ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(logger),
        Level.WARN,
        "{} failed",
        failure,
        new Object[] {"list"});
  }

  @Test
  void aKnownFailureIsOneLineWithAllThatWasSaidAndWhatToDo() {
    Throwable failure =
        new CompletionException(new IllegalStateException("GET /pods", new IOException("no\nway")));
    ILoggingEvent event = event("lib.watch.Reflector", failure);
    ILoggingEvent line = KnownFailure.brief(event, KNOWN);
    assertThat(line.getThrowableProxy()).isNull();
    assertThat(line.getFormattedMessage()).isEqualTo("list failed: GET /pods: no way (is it up?)");
    assertThat(line.getLevel()).isEqualTo(Level.WARN);
    assertThat(line.getLoggerName()).isEqualTo("lib.watch.Reflector");
    assertThat(line.getThreadName()).isEqualTo(event.getThreadName());
    assertThat(line.getInstant()).isEqualTo(event.getInstant());
  }

  @Test
  void whatNobodyKnowsKeepsItsTrace() {
    for (ILoggingEvent event :
        List.of(
            event("lib.watch.Reflector", new NullPointerException("a bug")),
            event("lib.watcher", new IOException("another's")),
            event("lib.watch", null))) {
      assertThat(KnownFailure.brief(event, KNOWN)).isSameAs(event);
    }
  }
}
