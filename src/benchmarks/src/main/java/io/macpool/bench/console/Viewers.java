package io.macpool.bench.console;

import io.macpool.bench.Samples;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Readers of the console's {@code /events}, who take the time from a change until they hear. */
final class Viewers implements AutoCloseable {

  private static final Pattern ID = Pattern.compile("vm-\\d+-(\\d+)");
  private static final String END = "\n\n";
  private static final Duration CONNECT = Duration.ofSeconds(30);

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final AtomicInteger connected = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();
  private volatile Window window = new Window();

  /** What is heard in a stretch of time. */
  static final class Window {

    private final long from = ChangingPool.now();
    private final Samples delays = new Samples();
    private final LongAdder events = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    /** From the change until a reader has it. */
    Samples delays() {
      return delays;
    }

    /** Events with rows of the grid. */
    long events() {
      return events.sum();
    }

    long bytes() {
      return bytes.sum();
    }
  }

  /** Confined to the event loop. */
  private final class Reader {

    private final Set<Long> heard = new HashSet<>();
    private final StringBuilder text = new StringBuilder();

    void take(Buffer part) {
      window.bytes.add(part.length());
      text.append(part.toString(StandardCharsets.ISO_8859_1)); // what is looked for is ASCII
      int end = text.lastIndexOf(END);
      if (end >= 0) {
        hear(text.substring(0, end));
        text.delete(0, end + END.length());
      }
    }

    private void hear(String events) {
      if (!events.contains("event: rows")) {
        return;
      }
      window.events.increment();
      long now = ChangingPool.now();
      Matcher ids = ID.matcher(events);
      while (ids.find()) {
        long made = Long.parseLong(ids.group(1));
        if (made >= window.from && heard.add(made)) {
          window.delays.add(TimeUnit.MICROSECONDS.toNanos(now - made));
        }
      }
    }
  }

  /** All of them, connected. */
  static Viewers of(int count, int port) throws InterruptedException {
    Viewers viewers = new Viewers();
    CountDownLatch answered = new CountDownLatch(count);
    HttpClient client =
        viewers.vertx.createHttpClient(new HttpClientOptions().setMaxPoolSize(count));
    for (int i = 0; i < count; i++) {
      client
          .request(HttpMethod.GET, port, "127.0.0.1", "/events")
          .compose(
              request ->
                  request.putHeader("Authorization", "Bearer " + WatchedConsole.TOKEN).send())
          .onSuccess(
              answer -> {
                answer.handler(viewers.new Reader()::take);
                answer.endHandler(end -> viewers.lost.incrementAndGet());
                answer.exceptionHandler(broken -> viewers.lost.incrementAndGet());
                viewers.connected.incrementAndGet();
              })
          .onFailure(refused -> viewers.lost.incrementAndGet())
          .onComplete(done -> answered.countDown());
    }
    boolean unused = answered.await(CONNECT.toNanos(), TimeUnit.NANOSECONDS); // counted below
    viewers.assertAllFollow(count);
    return viewers;
  }

  void assertAllFollow(int count) {
    if (connected.get() != count || lost.get() > 0) {
      close();
      throw new IllegalStateException(
          connected + " of " + count + " readers were let in, and " + lost + " lost their events");
    }
  }

  /** Forgets what was heard until now. */
  Window begin() {
    window = new Window();
    return window;
  }

  @Override
  public void close() {
    var unused = vertx.close();
  }
}
