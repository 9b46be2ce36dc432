package io.macpool.worker.job.wrapper;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.macpool.core.job.JobEvent;
import io.macpool.guest.ssh.GuestSession;
import io.macpool.worker.job.wrapper.WrapperChannel.Purpose;
import io.macpool.worker.job.wrapper.WrapperDialogue.Shortage;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** One script through the wrapper, as a job has it, with all that was told of it. */
final class WrappedScript {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Supplier<GuestSession> connect;
  private final String place = Wrapper.newKey();
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private final List<JobEvent> events = new ArrayList<>();
  private Shortage shortage = Shortage.NOTHING;
  private GuestSession session;
  private WrapperChannel first;
  private WrapperChannel current;

  WrappedScript(Supplier<GuestSession> connect) {
    this.connect = connect;
  }

  /** Hands the script in; returns what became of that. */
  JobEvent upload(String script, Optional<String> password) {
    offer(script, password);
    return uploaded();
  }

  /** Hands the script in, and waits for nothing. */
  void offer(String script, Optional<String> password) {
    session = connect.get();
    byte[] bytes = script.getBytes(UTF_8);
    first = channel(Purpose.start(bytes, password), 0);
    first.open(session, nonce -> Wrapper.start(nonce, place, bytes.length));
  }

  /** What became of the script that was handed in. */
  JobEvent uploaded() {
    return await(e -> e instanceof JobEvent.ScriptUploaded || isEnd(e));
  }

  void giveUpAfter(Duration limit, ScheduledExecutorService scheduler) {
    first.giveUpAfter(limit, scheduler);
  }

  WrappedScript start(String script) {
    JobEvent uploaded = upload(script, Optional.empty());
    if (uploaded instanceof JobEvent.ScriptUploaded) {
      go();
    }
    return this;
  }

  void go() {
    forgetEvents();
    first.go();
  }

  /** Loses the session and attaches with a new one. */
  void reattach() {
    session.close();
    await(e -> e instanceof JobEvent.SessionLost || isEnd(e));
    attach();
  }

  void attach() {
    forgetEvents();
    session.close();
    session = connect.get();
    long offset = size();
    current = channel(Purpose.attach(first.boot()), offset);
    current.open(session, nonce -> Wrapper.attach(nonce, place, offset));
  }

  private WrapperChannel channel(Purpose purpose, long offset) {
    current = new WrapperChannel(purpose, offset, this::take, this::tooFull, this::tell);
    return current;
  }

  private synchronized CompletableFuture<Void> take(byte[] bytes, int from, int count) {
    output.write(bytes, from, count);
    notifyAll();
    return CompletableFuture.completedFuture(null);
  }

  private synchronized void tooFull(Shortage what) {
    shortage = what;
  }

  private synchronized void tell(JobEvent event) {
    events.add(event);
    notifyAll();
  }

  private synchronized void forgetEvents() {
    events.clear();
  }

  synchronized long size() {
    return output.size();
  }

  /** What the log would have. */
  synchronized String text() {
    return output.toString(UTF_8);
  }

  String place() {
    return place;
  }

  synchronized Shortage shortage() {
    return shortage;
  }

  Optional<byte[]> trace() {
    return current.trace().orTimeout(20, TimeUnit.SECONDS).join();
  }

  /** Waits for output; fails if the script ends without it. */
  void awaitText(String part) {
    await(
        () ->
            text().contains(part) || events.stream().anyMatch(WrappedScript::isEnd)
                ? Optional.of(part)
                : Optional.empty());
    if (!text().contains(part)) {
      throw new AssertionError("it ended with " + events + "; output: " + text());
    }
  }

  /** Waits for the end; closes the session. */
  JobEvent end() {
    JobEvent end = await(WrappedScript::isEnd);
    session.close();
    return end;
  }

  /** The status in which the script ended; fails if anything else was told. */
  int status() {
    JobEvent end = end();
    if (end instanceof JobEvent.ScriptExited exited) {
      return exited.status();
    }
    throw new AssertionError("no status, but " + end + "; output: " + text());
  }

  void close() {
    session.close();
  }

  private static boolean isEnd(JobEvent event) {
    return !(event instanceof JobEvent.ScriptUploaded || event instanceof JobEvent.SessionRegained);
  }

  JobEvent await(Predicate<JobEvent> wanted) {
    return await(() -> events.stream().filter(wanted).findFirst());
  }

  private synchronized <T> T await(Supplier<Optional<T>> wanted) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    Optional<T> found = wanted.get();
    while (found.isEmpty()) {
      long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError("nothing came of it but " + events + "; output: " + text());
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", e);
      }
      found = wanted.get();
    }
    return found.get();
  }
}
