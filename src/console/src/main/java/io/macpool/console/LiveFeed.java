package io.macpool.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.broker.Capacity.Slots;
import io.macpool.console.page.GridRows;
import io.macpool.console.page.Page;
import io.macpool.console.page.PoolGrid.Row;
import io.macpool.console.watch.BrokerState;
import io.macpool.console.watch.Watched;
import io.macpool.core.Observed.Known;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What changed, as server-sent events, put into bytes once for all viewers. A viewer that does not
 * keep up is left alone until it does, and then gets everything; one that takes nothing for long is
 * cut off. Confined to one event loop.
 */
final class LiveFeed {

  private static final int MOST_VIEWERS = 200;
  private static final Duration LONGEST_BEHIND = Duration.ofSeconds(30);
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * No comment, which scripts do not see: a viewer knows by it that its connection lives, and we
   * find out by it that it does not.
   */
  private static final Buffer NOTHING_NEW = Buffer.buffer(event("alive", "{}"));

  /** Each viewer, and since when it is behind; null if it is not. */
  private final Map<HttpServerResponse, @Nullable Instant> viewers = new HashMap<>();

  private final InstantSource clock;
  private final Instant began;
  private final GridRows grid = new GridRows();
  private Map<String, Row> rows = new LinkedHashMap<>();
  private String status = "{}";
  private String figures = "{}";

  /** What a viewer gets first; null until one comes after a change. */
  private @Nullable Buffer everything;

  LiveFeed(InstantSource clock) {
    this.clock = clock;
    this.began = clock.instant();
  }

  /** Takes in what is known now, and tells what is new. */
  void update(Watched<BrokerState> broker) {
    Instant now = clock.instant();
    StringBuilder news = new StringBuilder();
    String nextStatus =
        json(Map.of("fine", broker.isKnown(), "words", Page.statusWords(broker, now)));
    if (!nextStatus.equals(status)) {
      status = nextStatus;
      news.append(event("status", status));
    }
    if (broker.isKnown()) {
      BrokerState state = broker.last().map(Known::value).orElseThrow();
      Slots slots = state.capacity().slots();
      String nextFigures =
          json(
              Map.of(
                  "used", slots.used(),
                  "pending", slots.pending(),
                  "warm", slots.warm(),
                  "free", slots.free(),
                  "total", slots.total()));
      if (!nextFigures.equals(figures)) {
        figures = nextFigures;
        news.append(event("figures", figures));
      }
      news.append(changedRows(grid.of(state)));
    }
    if (news.length() == 0) {
      send(NOTHING_NEW, now);
    } else {
      everything = null;
      send(Buffer.buffer(news.toString()), now);
    }
  }

  private String changedRows(List<Row> now) {
    Map<String, Row> next = new LinkedHashMap<>();
    List<Row> changed = new ArrayList<>();
    boolean others = now.size() != rows.size();
    for (Row row : now) {
      Row before = rows.get(row.host());
      others |= before == null;
      if (!row.equals(before)) {
        changed.add(row);
      }
      next.put(row.host(), row);
    }
    rows = next;
    if (others) {
      return event("hosts", "{}"); // the page is to be loaded anew
    }
    return changed.isEmpty() ? "" : event("rows", json(changed));
  }

  private void send(Buffer text, Instant now) {
    for (HttpServerResponse viewer : List.copyOf(viewers.keySet())) {
      Instant behind = viewers.get(viewer);
      if (viewer.closed() || viewer.ended()) {
        viewers.remove(viewer);
      } else if (behind != null) {
        catchUpOrCut(viewer, behind, now);
      } else if (viewer.writeQueueFull()) {
        viewers.put(viewer, now);
      } else {
        viewer.write(text);
      }
    }
  }

  private void catchUpOrCut(HttpServerResponse viewer, Instant behind, Instant now) {
    if (!viewer.writeQueueFull()) {
      viewers.put(viewer, null);
      viewer.write(everything());
    } else if (Duration.between(behind, now).compareTo(LONGEST_BEHIND) > 0) {
      viewers.remove(viewer);
      viewer.reset();
    }
  }

  /** Begins to tell a viewer: first all, then what changes. */
  void follow(HttpServerResponse response) {
    if (viewers.size() >= MOST_VIEWERS) {
      response.setStatusCode(503).putHeader("Retry-After", "30").end();
      return;
    }
    response.setChunked(true).putHeader("Content-Type", "text/event-stream");
    response.putHeader("X-Accel-Buffering", "no"); // else nginx keeps events back
    response.closeHandler(closed -> viewers.remove(response));
    response.exceptionHandler(broken -> viewers.remove(response));
    viewers.put(response, null);
    response.write(everything());
  }

  private Buffer everything() {
    Buffer all = everything;
    if (all == null) {
      all =
          Buffer.buffer(
              event("console", json(began.toString()))
                  + event("status", status)
                  + event("pool", json(rows.keySet()))
                  + event("figures", figures)
                  + event("rows", json(rows.values())));
      everything = all;
    }
    return all;
  }

  int viewers() {
    return viewers.size();
  }

  private static String event(String name, String data) {
    return "event: " + name + "\ndata: " + data + "\n\n";
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("our own records are JSON", e);
    }
  }
}
