package io.macpool.service;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A failure that a library logs with its stack trace although nothing is wrong with the program: a
 * peer refused or was not there. Its line tells the messages instead, and what to do.
 *
 * @param logger who logs it; those below it too
 * @param type of the exception, or of one that caused it
 * @param advice what a person does about it
 */
public record KnownFailure(String logger, Class<? extends Throwable> type, String advice) {

  public KnownFailure {
    Objects.requireNonNull(logger, "logger");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(advice, "advice");
  }

  /** The event as it is to be written: itself, unless it is one of these failures. */
  public static ILoggingEvent brief(ILoggingEvent event, List<KnownFailure> known) {
    if (!(event.getThrowableProxy() instanceof ThrowableProxy proxy)) {
      return event;
    }
    List<Throwable> chain = chain(proxy.getThrowable());
    return known.stream()
        .filter(failure -> failure.isOf(event.getLoggerName(), chain))
        .findFirst()
        .<ILoggingEvent>map(failure -> failure.line(event, chain))
        .orElse(event);
  }

  private boolean isOf(String name, List<Throwable> chain) {
    return (name + ".").startsWith(logger + ".") && chain.stream().anyMatch(type::isInstance);
  }

  private static List<Throwable> chain(Throwable failure) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable each = failure; each != null && !chain.contains(each); each = each.getCause()) {
      chain.add(each);
    }
    return chain;
  }

  /** A wrapper without words of its own repeats its cause's: what was said is not said again. */
  private ILoggingEvent line(ILoggingEvent event, List<Throwable> chain) {
    StringBuilder text = new StringBuilder(event.getFormattedMessage());
    for (Throwable each : chain) {
      String message = Objects.requireNonNullElse(each.getMessage(), each.getClass().getName());
      String cause = each.getCause() == null ? null : each.getCause().toString();
      if (!message.equals(cause) && text.indexOf(message) < 0) {
        text.append(": ").append(message);
      }
    }
    LoggingEvent line = new LoggingEvent();
    line.setLoggerName(event.getLoggerName());
    line.setLevel(event.getLevel());
    line.setThreadName(event.getThreadName());
    line.setInstant(event.getInstant());
    line.setMDCPropertyMap(event.getMDCPropertyMap());
    line.setMessage(text.append(" (").append(advice).append(')').toString().replace('\n', ' '));
    return line;
  }
}
