package io.macpool.brain.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.lifecycle.LiveInstances;
import io.macpool.broker.BrokerJson;
import io.macpool.broker.Instance;
import io.macpool.core.fleet.InstancePhase;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * {@code GET /events}: every change of an instance as a server-sent event. {@code instance} holds
 * the instance as {@code GET /instances/ID} shows it, {@code gone} one that is destroyed. First
 * come all that are alive. A reader that does not keep up is cut off: on coming back it gets them
 * all anew.
 */
final class EventRoutes {

  private static final int MOST_READERS = 100;
  private static final Duration HEARTBEAT = Duration.ofSeconds(15);

  /** vSphere's own changes, such as an address, are looked for this often. */
  private static final Duration LOOK = Duration.ofMillis(500);

  private final Vertx vertx;
  private final LiveInstances live;
  private final InstanceView view;
  private final Hypervisor hypervisor;
  private final AtomicInteger readers = new AtomicInteger();

  EventRoutes(Vertx vertx, LiveInstances live, InstanceView view, Hypervisor hypervisor) {
    this.vertx = vertx;
    this.live = live;
    this.view = view;
    this.hypervisor = hypervisor;
  }

  void mount(Router router) {
    router.get("/events").handler(this::follow);
  }

  /**
   * What one reader was told last, so that it hears of each change once. Used on its event loop.
   */
  private final class Reader {
    private final HttpServerResponse response;
    private final Map<String, String> told = new HashMap<>();
    private long inventory = -1;

    Reader(HttpServerResponse response) {
      this.response = response;
    }

    void changed(io.macpool.core.fleet.Instance instance) {
      if (instance.phase() == InstancePhase.GONE) {
        told.remove(instance.id());
        send("gone", "{\"type\":\"instances\",\"id\":" + quoted(instance.id()) + "}");
      } else {
        tell(view.of(instance));
      }
    }

    void look() {
      long version = hypervisor.lastKnown().version();
      if (version != inventory) {
        inventory = version;
        live.all().forEach(instance -> tell(view.of(instance)));
      }
    }

    private void tell(Instance instance) {
      String state =
          instance.phase() + instance.owner() + instance.state() + instance.ipAddresses();
      if (!state.equals(told.put(instance.id(), state))) {
        send("instance", json(instance));
      }
    }

    private void send(String event, String data) {
      if (response.ended() || response.closed()) {
        return;
      }
      if (response.writeQueueFull()) {
        response.reset();
        return;
      }
      response.write("event: " + event + "\ndata: " + data + "\n\n");
    }
  }

  private void follow(RoutingContext call) {
    if (readers.incrementAndGet() > MOST_READERS) {
      readers.decrementAndGet();
      Answers.problem(
          call,
          Problem.of(503, "too-many-readers", "too many follow the events already")
              .retry(Duration.ofSeconds(30)));
      return;
    }
    HttpServerResponse response =
        call.response()
            .setChunked(true)
            .putHeader("Content-Type", "text/event-stream")
            .putHeader("Cache-Control", "no-store");
    Reader reader = new Reader(response);
    Context context = vertx.getOrCreateContext();
    response.write(": every change of an instance\n\n");
    Runnable unsubscribe =
        live.onChange(instance -> context.runOnContext(n -> reader.changed(instance)));
    long looks = vertx.setPeriodic(LOOK.toMillis(), n -> reader.look());
    long beats = vertx.setPeriodic(HEARTBEAT.toMillis(), n -> response.write(": still here\n\n"));
    reader.look();
    response.closeHandler(
        closed -> {
          readers.decrementAndGet();
          vertx.cancelTimer(looks);
          vertx.cancelTimer(beats);
          unsubscribe.run();
        });
  }

  private static String quoted(String text) {
    return json(text);
  }

  private static String json(Object value) {
    try {
      return BrokerJson.mapper().writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("our own records can't be written as JSON", e);
    }
  }
}
