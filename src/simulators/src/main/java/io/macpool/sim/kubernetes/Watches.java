package io.macpool.sim.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.fields.FieldSets;
import io.macpool.sim.kubernetes.store.ApiFailure;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ObjectStore;
import io.macpool.sim.kubernetes.store.ObjectStore.Change;
import io.macpool.sim.kubernetes.store.ObjectStore.ChangeKind;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Open watches: each is a stream of events, a line each over HTTP, or a text frame each over a
 * WebSocket. Changes are told in the order of their revisions.
 */
final class Watches {

  private static final long DEFAULT_TIMEOUT_SECONDS = 1_800;

  private final ObjectStore store;
  private final Set<Watch> open = ConcurrentHashMap.newKeySet();

  Watches(ObjectStore store) {
    this.store = store;
  }

  /** One open watch; everything but {@link #changed} happens on its event loop. */
  private final class Watch implements ObjectStore.Listener {

    private final ApiRequest request;
    private final Predicate<JsonNode> selector;
    private final Function<ObjectNode, JsonNode> form;
    private final Context context;
    private Consumer<String> sink = text -> {};
    private Runnable end = () -> {};

    Watch(ApiRequest request, Function<ObjectNode, JsonNode> form, Context context) {
      this.request = request;
      this.selector = ObjectApi.selector(request);
      this.form = form;
      this.context = context;
    }

    @Override
    public void changed(Change change) {
      if (concerns(change)) {
        context.runOnContext(then -> tell(change));
      }
    }

    private boolean concerns(Change change) {
      return change.key().resource().equals(request.type().resource())
          && (request.namespace().isEmpty()
              || request.namespace().equals(change.key().namespace()));
    }

    /** An object that begins or ceases to be selected is added or deleted for this watch. */
    void tell(Change change) {
      boolean before = change.before() != null && selector.test(change.before());
      boolean after = change.kind() != ChangeKind.DELETED && selector.test(change.object());
      if (before && after) {
        send("MODIFIED", form.apply(change.object()));
      } else if (after) {
        send("ADDED", form.apply(change.object()));
      } else if (before) {
        send("DELETED", form.apply(last(change)));
      }
    }

    private ObjectNode last(Change change) {
      if (change.kind() == ChangeKind.DELETED) {
        return change.object();
      }
      ObjectNode last = ((ObjectNode) change.before()).deepCopy();
      Metadata.of(last).put("resourceVersion", Long.toString(change.revision()));
      return last;
    }

    void send(String type, JsonNode object) {
      ObjectNode event = JsonNodeFactory.instance.objectNode();
      event.put("type", type).set("object", object);
      sink.accept(FieldSets.write(event));
    }

    void close() {
      open.remove(this);
      store.forget(this);
      end.run();
    }
  }

  /** Begins a watch; the answer is sent as long as the client stays, or for its time-out. */
  void begin(Vertx vertx, ApiRequest request, Function<ObjectNode, JsonNode> form) {
    HttpServerRequest http = request.http();
    boolean webSocket = "websocket".equalsIgnoreCase(http.getHeader("Upgrade"));
    Watch watch = new Watch(request, form, vertx.getOrCreateContext());
    if (webSocket) {
      http.toWebSocket().onSuccess(socket -> overWebSocket(vertx, watch, socket));
    } else {
      overHttp(vertx, watch, http.response());
    }
  }

  private void overWebSocket(Vertx vertx, Watch watch, ServerWebSocket socket) {
    watch.sink = socket::writeTextMessage;
    watch.end = socket::close;
    socket.closeHandler(closed -> watch.close());
    start(vertx, watch);
  }

  private void overHttp(Vertx vertx, Watch watch, HttpServerResponse response) {
    response.setChunked(true).putHeader("Content-Type", "application/json");
    watch.sink = line -> response.write(line + "\n");
    watch.end =
        () -> {
          if (!response.ended() && !response.closed()) {
            response.end();
          }
        };
    response.closeHandler(closed -> watch.close());
    // The head must not wait for the first event.
    response.writeHead();
    start(vertx, watch);
  }

  private void start(Vertx vertx, Watch watch) {
    open.add(watch);
    Optional<Long> since = since(watch.request);
    try {
      List<Change> missed =
          store.atomically(
              () -> {
                if (since.isEmpty()) {
                  present(watch);
                }
                return store.follow(since.orElse(store.revision()), watch);
              });
      missed.stream().filter(watch::concerns).forEach(watch::tell);
    } catch (ApiFailure expired) {
      watch.send("ERROR", expired.status());
      watch.close();
      return;
    }
    String timeout = watch.request.parameter("timeoutSeconds");
    long seconds = timeout.matches("\\d{1,6}") ? Long.parseLong(timeout) : DEFAULT_TIMEOUT_SECONDS;
    long timer = vertx.setTimer(Math.max(1, seconds) * 1_000, late -> watch.close());
    Runnable end = watch.end;
    watch.end =
        () -> {
          vertx.cancelTimer(timer);
          end.run();
        };
  }

  /** A watch from nowhere begins with what there is. */
  private void present(Watch watch) {
    store.list(watch.request.type().resource(), watch.request.namespace()).stream()
        .filter(watch.selector)
        .forEach(object -> watch.send("ADDED", watch.form.apply(object)));
  }

  private static Optional<Long> since(ApiRequest request) {
    String version = request.parameter("resourceVersion");
    if (version.isEmpty() || version.equals("0")) {
      return Optional.empty();
    }
    if (!version.matches("\\d{1,18}")) {
      throw ApiFailure.badRequest("invalid resource version: " + version);
    }
    return Optional.of(Long.parseLong(version));
  }

  int count() {
    return open.size();
  }

  /** Ends every watch, as a restart of the API server does. */
  void drop() {
    open.forEach(watch -> watch.context.runOnContext(then -> watch.close()));
  }

  /** Tells every watch 410 and forgets the changes so far, so that none can resume. */
  void expire() {
    store.compact();
    for (Watch watch : open) {
      watch.context.runOnContext(
          then -> {
            watch.send("ERROR", ApiFailure.expired().status());
            watch.close();
          });
    }
  }
}
