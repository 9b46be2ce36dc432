package io.macpool.brain.http;

import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.lifecycle.Cordons;
import io.macpool.brain.lifecycle.Instances;
import io.macpool.brain.lifecycle.Leases;
import io.macpool.brain.lifecycle.LiveInstances;
import io.macpool.brain.lifecycle.Quarantine;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** The API's port. */
public final class ApiServer implements AutoCloseable {

  private static final int LARGEST_BODY = 64 * 1024;
  private static final int LARGEST_HEADERS = 16 * 1024;
  private static final int LONGEST_URI = 4 * 1024;

  /** A client that is slower than this to say what it wants is cut off. */
  private static final Duration REQUEST_ARRIVAL = Duration.ofSeconds(10);

  private static final Duration LISTEN_LIMIT = Duration.ofSeconds(10);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final HttpServer server;

  private ApiServer(HttpServer server) {
    this.server = server;
  }

  /**
   * Listens; port 0 takes a free one.
   *
   * @param open routes without a token
   * @throws IllegalStateException if the address can't be had
   */
  public static ApiServer start(
      Vertx vertx,
      ApiOptions options,
      AccessTokens tokens,
      Instances instances,
      Leases leases,
      LiveInstances live,
      Hypervisor hypervisor,
      Cordons cordons,
      Quarantine quarantine,
      Consumer<Router> open,
      MeterRegistry meters,
      Clock clock) {
    Router router = Router.router(vertx);
    InstanceView view = new InstanceView(live, hypervisor, options.lifetime(), clock);
    RequestLog requests = new RequestLog(meters);
    router.route().handler(requests::begin);
    open.accept(router);
    router.route().handler(new Authentication(tokens)::check);
    router.route().handler(call -> limitArrival(vertx, call));
    router.route().handler(BodyHandler.create(false).setBodyLimit(LARGEST_BODY));
    RenderedList whole = new RenderedList(live, view::all, clock);
    new InstanceRoutes(vertx, instances, view, whole, hypervisor, options).mount(router);
    new LeaseRoutes(vertx, leases).mount(router);
    FleetView fleet = new FleetView(live, cordons, quarantine, options.slotsPerHost());
    new FleetRoutes(vertx, fleet, hypervisor, cordons).mount(router);
    new EventRoutes(vertx, live, view, hypervisor).mount(router);
    router.errorHandler(
        404,
        call -> Answers.problem(call, Problem.of(404, "no-such-resource", "no such resource")));
    router.errorHandler(
        405,
        call -> Answers.problem(call, Problem.of(405, "method-not-allowed", "method not allowed")));
    router.route().failureHandler(Failure::answer);
    HttpServerOptions server =
        new HttpServerOptions()
            .setHost(options.address().host())
            .setPort(options.address().port())
            .setMaxHeaderSize(LARGEST_HEADERS)
            .setMaxInitialLineLength(LONGEST_URI)
            .setHandle100ContinueAutomatically(true)
            // Longer than any answer may take: a client that waits for one is silent meanwhile.
            .setIdleTimeout((int) options.requestTimeout().plusSeconds(60).toSeconds());
    return new ApiServer(
        listen(
            vertx
                .createHttpServer(server)
                .connectionHandler(connection -> limitGreeting(vertx, connection, requests))
                .exceptionHandler(broken -> {}) // a peer's broken TLS or HTTP is its own affair
                .requestHandler(router),
            options));
  }

  private static HttpServer listen(HttpServer server, ApiOptions options) {
    try {
      return server
          .listen()
          .toCompletionStage()
          .toCompletableFuture()
          .get(LISTEN_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
      throw new IllegalStateException(
          "can't listen on " + options.address() + " for clients: " + cause.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while starting to listen", e);
    }
  }

  /** A connection on which no request arrives is closed. */
  private static void limitGreeting(Vertx vertx, HttpConnection connection, RequestLog requests) {
    long timer =
        vertx.setTimer(
            REQUEST_ARRIVAL.toMillis(),
            late -> {
              if (!requests.hasSpoken(connection)) {
                connection.close();
              }
            });
    connection.closeHandler(closed -> vertx.cancelTimer(timer));
  }

  /** A body that does not arrive is not waited for. */
  private static void limitArrival(Vertx vertx, RoutingContext call) {
    long timer =
        vertx.setTimer(
            REQUEST_ARRIVAL.toMillis(),
            late -> {
              if (!call.request().isEnded()) {
                Answers.problem(
                    call, Problem.of(408, "too-slow", "the body did not arrive in time"));
                call.request().connection().close();
              }
            });
    call.addEndHandler(ended -> vertx.cancelTimer(timer));
    call.next();
  }

  /** The port that it listens on. */
  public int port() {
    return server.actualPort();
  }

  @Override
  public void close() {
    try {
      server
          .close()
          .toCompletionStage()
          .toCompletableFuture()
          .get(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the API's port was not closed: " + e.getMessage(), e);
    }
  }
}
