package io.macpool.worker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What is logged under some names while it is open. Several may be open at once. */
final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {

  /** How many want all of a logger's lines. */
  private static final Map<Logger, Integer> RAISED = new HashMap<>();

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final List<Logger> loggers;
  private boolean raised;

  private LogLines(List<String> names) {
    this.loggers = names.stream().map(name -> (Logger) LoggerFactory.getLogger(name)).toList();
  }

  /** What is logged as it is set up to be. */
  static LogLines of(String... names) {
    LogLines lines = new LogLines(List.of(names));
    lines.start();
    lines.loggers.forEach(logger -> logger.addAppender(lines));
    return lines;
  }

  /** Everything that could be logged. */
  static LogLines ofAll(String... names) {
    LogLines lines = of(names);
    lines.raised = true;
    lines.loggers.forEach(logger -> raise(logger, 1));
    return lines;
  }

  private static void raise(Logger logger, int by) {
    synchronized (RAISED) {
      int users = RAISED.merge(logger, by, Integer::sum);
      logger.setLevel(users > 0 ? Level.TRACE : null);
    }
  }

  /** Lines so far. */
  List<String> seen() {
    return List.copyOf(lines);
  }

  @Override
  protected void append(ILoggingEvent event) {
    String trace =
        event.getThrowableProxy() == null
            ? ""
            : "\n" + ThrowableProxyUtil.asString(event.getThrowableProxy());
    lines.add(event.getFormattedMessage() + trace);
  }

  @Override
  public void close() {
    for (Logger logger : loggers) {
      logger.detachAppender(this);
      if (raised) {
        raise(logger, -1);
      }
    }
  }
}
