package io.macpool.brain.http;

import io.macpool.brain.http.answer.Answers;
import io.macpool.brain.http.answer.Problem;
import io.macpool.brain.http.answer.Refusal;
import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /events}: every change of an instance as a server-sent event. {@code instance} holds
 * the instance as {@code GET /instances/ID} shows it, {@code gone} one that is destroyed, here or
 * by another replica, and {@code host} how far a host's repair is. First come all that are alive,
 * then {@code complete}; a reader that comes back with {@code Last-Event-ID} gets what it missed
 * instead. A reader that is slow hears of each instance's last change only; one that takes nothing
 * for a minute is cut off.
 */
final class EventRoutes {

  private static final int MOST_READERS = 200;
  private static final Duration HEARTBEAT = Duration.ofSeconds(15);
  private static final int MOST_MISSED_BEATS = 4;

  /** Changes in vSphere and at other replicas are looked for this often. */
  private static final Duration LOOK = Duration.ofMillis(500);

  /** Written at a time; less than the response takes before its queue is full. */
  private static final int PART = 32 * 1024;

  private final Vertx vertx;
  private final LiveInstances live;
  private final EventFeed feed;
  private final Drain drain;
  private final Set<Reader> readers = new HashSet<>();
  private @Nullable Context loop;

  EventRoutes(Vertx vertx, LiveInstances live, EventFeed feed, Drain drain) {
    this.vertx = vertx;
    this.live = live;
    this.feed = feed;
    this.drain = drain;
  }

  void mount(Router router) {
    router.get("/events").handler(this::follow);
  }

  /** One reader; on the feed's event loop. */
  private final class Reader {
    private final HttpServerResponse response;
    private long position;
    private boolean catchingUp;
    private long catchUpTo;
    private int missedBeats;

    private Reader(HttpServerResponse response, Optional<Long> position) {
      this.response = response;
      position.ifPresentOrElse(at -> this.position = at, this::beginAnew);
    }

    private void beginAnew() {
      position = 0;
      catchUpTo = feed.end();
      catchingUp = true;
    }

    /** Writes what there is to tell, for as long as it is taken. */
    private void pump() {
      while (!response.ended() && !response.closed() && !response.writeQueueFull()) {
        if (!catchingUp && feed.isTooOld(position)) {
          beginAnew();
        }
        EventFeed.Part part = feed.after(position, PART, catchingUp);
        Buffer text = part.text();
        boolean moved = part.position() > position;
        position = part.position();
        if (catchingUp && (position >= catchUpTo || !moved)) {
          catchingUp = false;
          text.appendBuffer(feed.complete());
        }
        if (text.length() == 0) {
          return;
        }
        response.write(text);
      }
      if (response.writeQueueFull()) {
        response.drainHandler(n -> pump());
      }
    }

    private void beat() {
      if (response.writeQueueFull()) {
        missedBeats++;
        if (missedBeats >= MOST_MISSED_BEATS) {
          response.reset();
        }
        return;
      }
      missedBeats = 0;
      response.write(": still here\n\n");
    }
  }

  private void follow(RoutingContext call) {
    if (drain.isStopping()) {
      Answers.problem(call, Problem.of(Refusal.STOPPING).retry(Duration.ofSeconds(1)));
      return;
    }
    Context feeding = begin();
    HttpServerResponse response = call.response();
    String lastEventId = call.request().getHeader("Last-Event-ID");
    feeding.runOnContext(n -> follow(call, response, lastEventId));
  }

  /** With the first reader, the feed begins; it goes on as long as the process. */
  private Context begin() {
    if (loop != null) {
      return loop;
    }
    Context feeding = vertx.getOrCreateContext();
    loop = feeding;
    live.onChange(
        changed ->
            feeding.runOnContext(
                n -> {
                  if (feed.update(changed.id())) {
                    pumpAll();
                  }
                }));
    vertx.setPeriodic(LOOK.toMillis(), n -> look());
    vertx.setPeriodic(HEARTBEAT.toMillis(), n -> List.copyOf(readers).forEach(Reader::beat));
    feed.look();
    return feeding;
  }

  private void look() {
    if (drain.isStopping()) {
      readers.forEach(reader -> reader.response.end());
      readers.clear();
    } else if (feed.look()) {
      pumpAll();
    }
  }

  private void pumpAll() {
    List.copyOf(readers).forEach(Reader::pump);
  }

  private void follow(RoutingContext call, HttpServerResponse response, String lastEventId) {
    if (readers.size() >= MOST_READERS) {
      Answers.problem(call, Problem.of(Refusal.TOO_MANY_READERS).retry(Duration.ofSeconds(30)));
      return;
    }
    response
        .setChunked(true)
        .putHeader("Content-Type", "text/event-stream")
        .putHeader("Cache-Control", "no-store");
    response.write(": every change of an instance, and of hosts under repair\n\n");
    feed.look();
    Reader reader =
        new Reader(response, lastEventId == null ? Optional.empty() : feed.position(lastEventId));
    readers.add(reader);
    response.exceptionHandler(broken -> readers.remove(reader));
    response.closeHandler(closed -> readers.remove(reader));
    reader.pump();
  }
}
