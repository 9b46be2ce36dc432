package io.macpool.brain.http;

import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.lifecycle.Background;
import io.macpool.brain.lifecycle.Cancellation;
import io.macpool.brain.lifecycle.CreateFailure;
import io.macpool.brain.lifecycle.CreateRequest;
import io.macpool.brain.lifecycle.Instances;
import io.macpool.core.GoDuration;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.service.trace.Traces;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** {@code /instances} and {@code /instance-syncs}, as old clients know them. */
final class InstanceRoutes {

  private static final int LONGEST_KEY = 200;

  private final Vertx vertx;
  private final Instances instances;
  private final InstanceView view;
  private final RenderedList whole;
  private final Hypervisor hypervisor;
  private final ApiOptions options;

  InstanceRoutes(
      Vertx vertx,
      Instances instances,
      InstanceView view,
      RenderedList whole,
      Hypervisor hypervisor,
      ApiOptions options) {
    this.vertx = vertx;
    this.instances = instances;
    this.view = view;
    this.whole = whole;
    this.hypervisor = hypervisor;
    this.options = options;
  }

  void mount(Router router) {
    router.post("/instances").handler(this::create);
    router.get("/instances").handler(this::list);
    router.get("/instances/:id").handler(this::get);
    router.delete("/instances/:id").handler(this::delete);
    router.post("/instance-syncs").handler(this::sync);
  }

  private void create(RoutingContext call) {
    CreateRequest request;
    try {
      request = request(call);
    } catch (CreateBody.Refused e) {
      Answers.problem(call, e.problem());
      return;
    }
    Cancellation cancellation = new Cancellation();
    // With a key the client may come back for what it asked for; without one nobody will.
    if (request.idempotencyKey().isEmpty()) {
      Runnable gone =
          () ->
              cancellation.cancel(
                  new CreateFailure(
                      CreateFailure.Kind.CLIENT_GONE, "client-gone", "the client went away"));
      call.response().closeHandler(closed -> gone.run());
      call.response().exceptionHandler(failed -> gone.run());
    }
    long timer =
        vertx.setTimer(
            options.requestTimeout().toMillis(),
            late ->
                cancellation.cancel(
                    new CreateFailure(
                        CreateFailure.Kind.TIMED_OUT,
                        "timeout",
                        "the instance was not ready within "
                            + GoDuration.format(options.requestTimeout()))));
    onContext(
        instances.create(request, cancellation),
        (instance, failure) -> {
          vertx.cancelTimer(timer);
          if (failure != null) {
            Answers.problem(call, Problem.of(failure));
          } else {
            hand(call, request, instance);
          }
        });
  }

  private CreateRequest request(RoutingContext call) throws CreateBody.Refused {
    CreateBody body =
        CreateBody.parse(
            call.body().buffer() == null ? new byte[0] : call.body().buffer().getBytes(),
            options.maxCpus(),
            options.maxRamMb());
    Optional<String> key = Optional.ofNullable(call.request().getHeader("Idempotency-Key"));
    if (key.isPresent() && !key.get().matches("[\\x20-\\x7e]{1," + LONGEST_KEY + "}")) {
      throw new CreateBody.Refused(
          Problem.of(
              400,
              "malformed",
              "Idempotency-Key must be 1 to " + LONGEST_KEY + " printable characters"));
    }
    Optional<String> lease = Optional.ofNullable(call.request().getHeader(LeaseRoutes.HEADER));
    if (lease.isPresent() && !LeaseRoutes.isId(lease.get())) {
      throw new CreateBody.Refused(
          Problem.of(
              400,
              "malformed",
              LeaseRoutes.HEADER + " must be 1 to 200 letters, digits and . _ : -"));
    }
    return new CreateRequest(
        body.image(),
        body.size(),
        Optional.of(Caller.of(call).name()),
        key,
        Caller.requestId(call),
        Optional.ofNullable(call.request().getHeader(Traces.HEADER)),
        lease);
  }

  /** The instance is its client's when the answer has gone out, and goes if it could not. */
  private void hand(RoutingContext call, CreateRequest request, Instance instance) {
    call.response().putHeader("Location", "/instances/" + instance.id());
    Answers.data(call, 201, List.of(view.of(instance)))
        .onSuccess(sent -> instances.answered(instance.id()))
        .onFailure(
            lost -> {
              if (request.idempotencyKey().isEmpty()) {
                Background.run(
                    "take back " + instance.id(),
                    instances.takeBack(instance.id(), "client-gone").carriedOut());
              }
            });
  }

  private void list(RoutingContext call) {
    Optional<Duration> age;
    try {
      age =
          Optional.ofNullable(call.request().getParam("min_age"))
              .filter(text -> !text.isEmpty())
              .map(GoDuration::parse);
    } catch (IllegalArgumentException e) {
      Answers.problem(
          call,
          Problem.of(400, "bad-duration", "min_age is not a duration").because(e.getMessage()));
      return;
    }
    withInventory(
        call,
        inventory -> {
          if (age.isPresent()) {
            Answers.data(call, 200, view.olderThan(age.get(), inventory));
          } else {
            Answers.rendered(call, 200, whole.of(inventory));
          }
        });
  }

  /** The inventory from memory while it is fresh, else read directly. */
  private void withInventory(RoutingContext call, Consumer<Inventory> answer) {
    Optional<Inventory> fresh = hypervisor.inventory().toOptional();
    if (fresh.isPresent()) {
      answer.accept(fresh.get());
      return;
    }
    onContext(
        hypervisor.read(),
        (inventory, failure) -> {
          if (failure != null) {
            Answers.problem(call, Problem.of(failure));
          } else {
            answer.accept(inventory);
          }
        });
  }

  private void get(RoutingContext call) {
    String id = call.pathParam("id");
    if (!Caller.of(call).readOnly()) {
      instances.askedFor(id, Caller.of(call).name());
    }
    if (instances.isKnown(id) && hypervisor.inventory().isKnown()) {
      answer(call, view.find(id));
      return;
    }
    onContext(
        instances.learn(id),
        (nothing, failure) -> {
          if (failure != null) {
            Answers.problem(call, Problem.of(failure));
          } else {
            withInventory(call, inventory -> answer(call, view.find(id, inventory)));
          }
        });
  }

  private static void answer(RoutingContext call, Optional<io.macpool.broker.Instance> found) {
    if (found.isPresent()) {
      Answers.data(call, 200, List.of(found.get()));
    } else {
      Answers.problem(call, notFound());
    }
  }

  private static Problem notFound() {
    return Problem.of(404, "not-found", "no such instance");
  }

  private void delete(RoutingContext call) {
    String id = call.pathParam("id");
    long[] timer = {0};
    CompletableFuture<Boolean> destroyed =
        instances.delete(id, "deleted by " + Caller.of(call).name());
    timer[0] =
        vertx.setTimer(
            options.requestTimeout().toMillis(),
            late ->
                Answers.problem(
                    call,
                    Problem.of(503, "timeout", "request timed out")
                        .because("the instance will be destroyed all the same")));
    onContext(
        destroyed,
        (found, failure) -> {
          vertx.cancelTimer(timer[0]);
          if (failure != null) {
            Answers.problem(call, Problem.of(failure));
          } else if (!found) {
            Answers.problem(call, notFound());
          } else {
            Answers.empty(call, 204);
          }
        });
  }

  private void sync(RoutingContext call) {
    onContext(
        instances.sync(),
        (adopted, failure) -> {
          if (failure != null) {
            Answers.problem(call, Problem.of(failure));
          } else {
            Answers.empty(call, 204);
          }
        });
  }

  /** Answers are written on the event loop of their call, whoever completes the work. */
  private <T> void onContext(
      CompletableFuture<T> work, java.util.function.BiConsumer<T, Throwable> action) {
    Context context = vertx.getOrCreateContext();
    Background.whenEnded(
        work, (result, failure) -> context.runOnContext(n -> action.accept(result, failure)));
  }
}
