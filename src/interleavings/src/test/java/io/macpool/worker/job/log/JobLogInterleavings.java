package io.macpool.worker.job.log;

import static io.macpool.interleavings.Threads.check;
import static io.macpool.interleavings.Threads.together;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.macpool.interleavings.Fault;
import io.macpool.interleavings.Harness;
import io.macpool.interleavings.Spawner;
import io.macpool.interleavings.Subject;
import io.macpool.interleavings.Timers;
import io.macpool.worker.job.LogPart;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Output, lines of ours and the time to flush come together, and then the end: parts are numbered
 * without gaps in the order in which they are given, nothing is lost or said twice, and there is
 * one end.
 */
@Subject(value = JobLog.class, planted = Fault.NO_MONITOR)
final class JobLogInterleavings implements Harness {

  private final Spawner threads = new Spawner();
  private final Timers timers = new Timers(10);
  private final List<LogPart> parts = Collections.synchronizedList(new ArrayList<>());
  private final JobLog log = new JobLog(1, "uuid", this::publish, timers, 1000, () -> {});

  @Override
  public void run() throws Exception {
    together(() -> output("aaa"), () -> output("bbb"), () -> log.write("ccc"));
    together(() -> log.close(Optional.of("ddd")).join(), () -> log.close(Optional.empty()).join());
    timers.end();
    threads.awaitAll();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      LogPart part = parts.get(i);
      check(part.number() == i, "part " + i + " has the number " + part.number());
      check(part.isFinal() == (i == parts.size() - 1), "an end that is none");
      text.append(part.content());
    }
    String said = text.toString();
    for (String piece : List.of("aaa", "bbb", "ccc")) {
      check(said.split(piece, -1).length == 2, piece + " is not there once: " + said);
    }
    check(said.replace("ddd", "").length() == 9, "there is more than was said: " + said);
  }

  private void output(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    log.output(bytes, 0, bytes.length).join();
  }

  private CompletableFuture<Void> publish(LogPart part) {
    parts.add(part);
    return CompletableFuture.runAsync(() -> {}, threads);
  }
}
