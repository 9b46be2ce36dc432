package io.macpool.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.broker.Capacity.Slots;
import io.macpool.console.page.Page;
import io.macpool.console.page.PoolGrid;
import io.macpool.console.page.PoolGrid.Row;
import io.macpool.console.watch.BrokerState;
import io.macpool.console.watch.Watched;
import io.macpool.core.Observed.Known;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What changed, as server-sent events, rendered once for all viewers. A viewer that does not take
 * them is cut off, and gets everything when it comes back. Confined to one event loop.
 */
final class LiveFeed {

  private static final int MOST_VIEWERS = 200;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Set<HttpServerResponse> viewers = new HashSet<>();
  private final Map<String, Row> rows = new HashMap<>();
  private String status = "{}";
  private String figures = "{}";

  /** Takes in what is known now, and tells what is new. */
  void update(Watched<BrokerState> broker, Instant now) {
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
      news.append(changedRows(PoolGrid.of(state, now).rows()));
    }
    // A comment, too: a viewer whose connection is dead is found out by it.
    send(news.length() == 0 ? ": nothing new\n\n" : news.toString());
  }

  private String changedRows(List<Row> now) {
    List<Row> changed = new ArrayList<>();
    boolean others = now.size() != rows.size();
    for (Row row : now) {
      Row before = rows.put(row.host(), row);
      others |= before == null;
      if (before != null && !isSame(before, row)) {
        changed.add(row);
      }
    }
    if (others) {
      rows.clear();
      now.forEach(row -> rows.put(row.host(), row));
      return event("hosts", "{}"); // the page is to be loaded anew
    }
    return changed.isEmpty() ? "" : event("rows", json(changed));
  }

  /** Ages alone are no news. */
  private static boolean isSame(Row one, Row other) {
    if (!one.note().equals(other.note()) || one.cells().size() != other.cells().size()) {
      return false;
    }
    for (int i = 0; i < one.cells().size(); i++) {
      PoolGrid.Cell before = one.cells().get(i);
      PoolGrid.Cell now = other.cells().get(i);
      if (!before.use().equals(now.use())
          || !String.valueOf(before.instance()).equals(String.valueOf(now.instance()))) {
        return false;
      }
    }
    return true;
  }

  private void send(String text) {
    for (HttpServerResponse viewer : List.copyOf(viewers)) {
      if (viewer.closed() || viewer.ended()) {
        viewers.remove(viewer);
      } else if (viewer.writeQueueFull()) {
        viewers.remove(viewer);
        viewer.reset();
      } else {
        viewer.write(text);
      }
    }
  }

  /** Begins to tell a viewer: first all, then what changes. */
  void follow(RoutingContext call) {
    HttpServerResponse response = call.response();
    if (viewers.size() >= MOST_VIEWERS) {
      response.setStatusCode(503).putHeader("Retry-After", "30").end();
      return;
    }
    response.setChunked(true).putHeader("Content-Type", "text/event-stream");
    response.putHeader("X-Accel-Buffering", "no"); // else nginx keeps events back
    response.closeHandler(closed -> viewers.remove(response));
    response.exceptionHandler(broken -> viewers.remove(response));
    viewers.add(response);
    response.write(
        event("status", status)
            + event("pool", json(rows.keySet()))
            + event("figures", figures)
            + event("rows", json(List.copyOf(rows.values()))));
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
