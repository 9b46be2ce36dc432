package io.macpool.sandbox;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * The last lines that one worker of this JVM logged, as {@code kubectl logs} shows them. A line is
 * a pod's if the thread that wrote it was begun by the pod's start, at however many removes; what
 * threads that all share write is nobody's. Thread-safe.
 */
final class PodLog {

  private static final int KEPT = 2_000;
  private static final InheritableThreadLocal<PodLog> CURRENT = new InheritableThreadLocal<>();

  private final Deque<String> lines = new ArrayDeque<>();

  /** From now on lines are kept, whether or not they are printed, too. */
  static void keepAll() {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    PatternLayoutEncoder form = new PatternLayoutEncoder();
    form.setContext(context);
    form.setPattern("%d{HH:mm:ss.SSS} %-5level %logger{0} %replace(%msg){'\\p{Cntrl}+', ' '} %mdc");
    form.start();
    AppenderBase<ILoggingEvent> keeper =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            PodLog log = CURRENT.get();
            if (log != null) {
              log.add(new String(form.encode(event), StandardCharsets.UTF_8).stripTrailing());
            }
          }
        };
    keeper.setContext(context);
    keeper.start();
    ch.qos.logback.classic.Logger ours = context.getLogger("io.macpool.worker");
    ours.addAppender(keeper);
    ours.setLevel(Level.INFO);
  }

  /** Runs the start of a pod, whose lines these are. */
  void during(Runnable start) {
    PodLog before = CURRENT.get();
    CURRENT.set(this);
    try {
      start.run();
    } finally {
      CURRENT.set(before);
    }
  }

  private synchronized void add(String line) {
    if (lines.size() == KEPT) {
      lines.removeFirst();
    }
    lines.addLast(line);
  }

  synchronized List<String> lines() {
    return List.copyOf(lines);
  }
}
