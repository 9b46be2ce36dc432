package io.macpool.broker;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the broker's {@code /events}, and follows them anew after they were lost, from where they
 * were lost. A broker that has none is asked again now and then. What it tells, it tells on the
 * executor's threads, one after the other.
 */
public final class BrokerEvents implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(BrokerEvents.class);
  private static final Duration CONNECT_DEADLINE = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofSeconds(2);
  private static final Duration PAUSE_AFTER_REFUSAL = Duration.ofSeconds(30);

  /** The broker lets hear of itself every 15 s. */
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(40);

  private static final int LONGEST_EVENT = 1 << 20;

  /** Who is told of changes. */
  public interface Listener {

    /** That is how an instance is now. */
    void changed(Instance instance);

    /** An instance is destroyed. */
    void gone(String id);
  }

  private final BrokerEndpoint endpoint;
  private final Listener listener;
  private final ScheduledExecutorService timer;
  private final HttpClient http;
  private volatile String lastId = "";
  private volatile @Nullable Stream stream;
  private volatile boolean closed;

  /** Owns neither the executor, on which it tells, nor the timer. */
  public BrokerEvents(
      BrokerEndpoint endpoint,
      Listener listener,
      Executor executor,
      ScheduledExecutorService timer) {
    this.endpoint = endpoint;
    this.listener = listener;
    this.timer = timer;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_DEADLINE)
            .executor(executor)
            .build();
  }

  /** Begins to follow. */
  public void start() {
    follow();
  }

  /** Whether changes are heard now. */
  public boolean follows() {
    return stream != null;
  }

  private void follow() {
    if (closed) {
      return;
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(endpoint.base() + "/events"))
            .header("Accept", "text/event-stream");
    endpoint.token().ifPresent(token -> request.header("Authorization", "token " + token));
    if (!lastId.isEmpty()) {
      request.header("Last-Event-ID", lastId);
    }
    var unused =
        http.sendAsync(
                request.build(),
                answer ->
                    answer.statusCode() == 200
                        ? new Stream()
                        : BodySubscribers.replacing("HTTP " + answer.statusCode()))
            .whenComplete(
                (answer, failure) -> {
                  stream = null;
                  boolean refused = failure == null && answer.statusCode() != 200;
                  log.debug(
                      "the broker's events ended: {}", failure == null ? answer.body() : failure);
                  again(refused ? PAUSE_AFTER_REFUSAL : PAUSE);
                });
  }

  @SuppressWarnings("FutureReturnValueIgnored") // it ends with the timer
  private void again(Duration pause) {
    // Those who lost the same broker do not come back in the same moment.
    long millis = (long) (pause.toMillis() * (0.5 + ThreadLocalRandom.current().nextDouble()));
    try {
      timer.schedule(this::follow, millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException stopping) {
      log.debug("the broker's events are not followed any more", stopping);
    }
  }

  private void tell(EventText.Event event) {
    if (!event.id().isEmpty()) {
      lastId = event.id();
    }
    try {
      switch (event.name()) {
        case "instance" ->
            Optional.ofNullable(BrokerJson.mapper().readValue(event.data(), Instance.class))
                .ifPresent(listener::changed);
        case "gone" ->
            Optional.of(BrokerJson.mapper().readTree(event.data()).path("id"))
                .filter(id -> id.isTextual() && !id.textValue().isEmpty())
                .ifPresent(id -> listener.gone(id.textValue()));
        default -> log.trace("an event of the broker is of no concern: {}", event.name());
      }
    } catch (JsonProcessingException e) {
      log.debug("an event of the broker can't be read", e);
    }
  }

  /** One answer. It ends when the broker ends it, or when nothing has come for long. */
  private final class Stream implements BodySubscriber<String> {

    private final CompletableFuture<String> end = new CompletableFuture<>();
    private final EventText text = new EventText(LONGEST_EVENT, BrokerEvents.this::tell);

    @SuppressWarnings("NullAway.Init") // onSubscribe comes before all else
    private Flow.Subscription subscription;

    private @Nullable ScheduledFuture<?> silence;

    @Override
    public CompletionStage<String> getBody() {
      return end;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      stream = this;
      listen();
      given.request(1);
    }

    private synchronized void listen() {
      if (silence != null) {
        silence.cancel(false);
      }
      try {
        silence =
            timer.schedule(
                () ->
                    cut(
                        new IOException(
                            "nothing was heard for " + LONGEST_SILENCE.toSeconds() + " s")),
                LONGEST_SILENCE.toMillis(),
                TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException stopping) {
        cut(new IOException("it is not followed any more", stopping));
      }
    }

    private void cut(IOException why) {
      subscription.cancel();
      end.completeExceptionally(why);
    }

    @Override
    public void onNext(List<ByteBuffer> parts) {
      listen();
      try {
        for (ByteBuffer part : parts) {
          text.take(part);
        }
        subscription.request(1);
      } catch (IOException e) {
        cut(e);
      }
    }

    @Override
    public void onError(Throwable failure) {
      over();
      end.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      over();
      end.complete("it ended");
    }

    private synchronized void over() {
      if (silence != null) {
        silence.cancel(false);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    Stream current = stream;
    if (current != null) {
      current.cut(new IOException("it is not followed any more"));
    }
  }
}
