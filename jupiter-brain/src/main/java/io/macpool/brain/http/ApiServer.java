package io.macpool.brain.http;

import io.macpool.brain.http.access.AccessTokens;
import io.macpool.brain.http.access.Authentication;
import io.macpool.brain.http.answer.AllowedMethods;
import io.macpool.brain.http.answer.Answers;
import io.macpool.brain.http.answer.Problem;
import io.macpool.brain.http.answer.Refusal;
import io.macpool.brain.http.answer.RenderedList;
import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.lifecycle.execution.BrokerProcess;
import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.service.http.ConnectionLimits;
import io.macpool.service.http.HttpListener;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The API's port. */
public final class ApiServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ApiServer.class);
  private static final int LARGEST_BODY = 64 * 1024;

  private final HttpListener listener;
  private final Drain drain;

  private ApiServer(HttpListener listener, Drain drain) {
    this.listener = listener;
    this.drain = drain;
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
      Backend backend,
      Consumer<Router> open,
      BrokerProcess process) {
    RequestLog requests = new RequestLog(process.meters());
    HttpListener listener =
        HttpListener.with(
            vertx,
            ConnectionLimits.forClients(options.requestTimeout()),
            (request, why) -> {
              Refusal refusal = Refusal.of(why);
              requests.refused(refusal);
              Answers.problem(request, Problem.of(refusal));
            });
    Drain drain = new Drain();
    Router router = Router.router(vertx);
    router.route().handler(requests::begin);
    open.accept(router);
    router.route().handler(new Authentication(tokens, listener::trust)::check);
    router.route().handler(BodyHandler.create(false).setBodyLimit(LARGEST_BODY));
    LiveInstances live = backend.fleet().live();
    Hypervisor hypervisor = backend.fleet().hypervisor();
    Clock clock = process.clock();
    InstanceView view = new InstanceView(live, hypervisor, options.lifetime(), clock);
    RenderedList whole = new RenderedList(live, view::all, clock);
    new CreateRoute(vertx, backend.instances(), backend.leases(), view, options, drain)
        .mount(router);
    new InstanceRoutes(vertx, backend, view, whole, options, drain).mount(router);
    new LeaseRoutes(vertx, backend.leases(), view).mount(router);
    FleetView fleet = new FleetView(backend, options.slotsPerHost());
    CapacityView capacity = new CapacityView(fleet, backend, clock);
    new FleetRoutes(vertx, fleet, capacity, backend, clock).mount(router);
    EventFeed feed = new EventFeed(live, view, hypervisor, backend.hygiene()::repairs);
    new EventRoutes(vertx, live, feed, drain).mount(router);
    router.errorHandler(400, call -> Answers.problem(call, Problem.of(Refusal.BAD_REQUEST)));
    router.errorHandler(
        404,
        call -> Answers.problem(call, Problem.of(Refusal.NO_SUCH_RESOURCE, "no such resource")));
    router.errorHandler(405, new AllowedMethods(router)::refuse);
    router.route().failureHandler(Failure::answer);
    return new ApiServer(listener.listen(options.address(), "clients", router), drain);
  }

  /** The port that it listens on. */
  public int port() {
    return listener.port();
  }

  /** Why it takes no new work, if it does not. */
  public Optional<String> stopping() {
    return drain.isStopping() ? Optional.of("the broker is being stopped") : Optional.empty();
  }

  /**
   * Takes no new creates, and waits for what is under way; what has not ended by {@code limit} is
   * answered then. Returns a few seconds after that at most.
   */
  public void drain(Duration limit) {
    try {
      int cut = drain.await(limit);
      if (cut > 0) {
        log.warn("{} requests had not ended within {}, and were cut short", cut, limit);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    listener.close();
  }
}
