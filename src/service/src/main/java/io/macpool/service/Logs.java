package io.macpool.service;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import java.util.List;
import net.logstash.logback.encoder.LogstashEncoder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Log lines on standard error: JSON, an object a line, for machines; plain for a person. Keys in
 * the MDC ({@code host pool instance lease job}) appear in both.
 */
public final class Logs {

  /** How lines are written. */
  public enum Format {
    JSON,
    PLAIN
  }

  // What others sent stands in messages: a line break in it must not forge a line.
  private static final String PLAIN =
      "%d{HH:mm:ss.SSS} %-5level %logger{0} %replace(%msg){'\\p{Cntrl}+', ' '} %mdc%n%ex{short}";

  // The only reference that keeps its level from being forgotten.
  private static final java.util.logging.Logger EXPORTERS =
      java.util.logging.Logger.getLogger("io.opentelemetry");

  private Logs() {}

  /** Sets up logging for the whole process; {@code debug} shows our own debug lines. */
  public static void configure(Format format, boolean debug) {
    configure(format, debug, List.of());
  }

  /** As {@link #configure(Format, boolean)}, with these failures in a line each. */
  public static void configure(Format format, boolean debug, List<KnownFailure> known) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    ConsoleAppender<ILoggingEvent> console =
        new ConsoleAppender<>() {
          @Override
          protected void append(ILoggingEvent event) {
            super.append(KnownFailure.brief(event, known));
          }
        };
    console.setContext(context);
    console.setTarget("System.err");
    console.setEncoder(encoder(context, format));
    console.start();
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(console);
    root.setLevel(Level.WARN);
    context.getLogger("io.macpool").setLevel(debug ? Level.DEBUG : Level.INFO);
    // yavijava logs SOAP bodies, so passwords, at TRACE, and a stack trace for every fault.
    context.getLogger("com.vmware").setLevel(Level.OFF);
    // Traces says itself when a collector fails; this would say it again, outside our format.
    EXPORTERS.setLevel(java.util.logging.Level.OFF);
  }

  /** Writes nothing at all: for a program whose own output is for a person. */
  public static void silence() {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.OFF);
  }

  static Encoder<ILoggingEvent> encoder(LoggerContext context, Format format) {
    if (format == Format.JSON) {
      LogstashEncoder json = new LogstashEncoder();
      json.setContext(context);
      json.start();
      return json;
    }
    PatternLayoutEncoder plain = new PatternLayoutEncoder();
    plain.setContext(context);
    plain.setPattern(PLAIN);
    plain.start();
    return plain;
  }
}
