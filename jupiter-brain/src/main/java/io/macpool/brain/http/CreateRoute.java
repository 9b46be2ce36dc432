package io.macpool.brain.http;

import io.macpool.brain.http.access.Caller;
import io.macpool.brain.http.answer.Answers;
import io.macpool.brain.http.answer.Problem;
import io.macpool.brain.http.answer.Refusal;
import io.macpool.brain.lifecycle.Instances;
import io.macpool.brain.lifecycle.Leases;
import io.macpool.brain.lifecycle.create.Cancellation;
import io.macpool.brain.lifecycle.create.CreateFailure;
import io.macpool.brain.lifecycle.create.CreateRequest;
import io.macpool.brain.lifecycle.execution.Background;
import io.macpool.core.GoDuration;
import io.macpool.core.fleet.Instance;
import io.macpool.service.trace.Traces;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** {@code POST /instances}. */
final class CreateRoute {

  private static final int LONGEST_KEY = 200;

  private final Vertx vertx;
  private final Instances instances;
  private final Leases leases;
  private final InstanceView view;
  private final ApiOptions options;
  private final Drain drain;

  CreateRoute(
      Vertx vertx,
      Instances instances,
      Leases leases,
      InstanceView view,
      ApiOptions options,
      Drain drain) {
    this.vertx = vertx;
    this.instances = instances;
    this.leases = leases;
    this.view = view;
    this.options = options;
    this.drain = drain;
  }

  void mount(Router router) {
    router.post("/instances").handler(this::create);
  }

  private void create(RoutingContext call) {
    CreateRequest request;
    List<String> warnings;
    try {
      CreateBody body = body(call);
      request = request(call, body);
      warnings = body.warnings();
    } catch (CreateBody.Refused e) {
      Answers.problem(call, e.problem());
      return;
    }
    Cancellation cancellation = new Cancellation();
    Optional<Drain.Task> task = drain.begin(() -> cancellation.cancel(stopping()));
    if (task.isEmpty()) {
      call.response().putHeader("Connection", "close");
      Answers.problem(call, Problem.of(Refusal.STOPPING).retry(Duration.ofSeconds(1)));
      return;
    }
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
    Context context = vertx.getOrCreateContext();
    Background.whenEnded(
        begin(request, cancellation),
        (instance, failure) ->
            context.runOnContext(
                now -> {
                  vertx.cancelTimer(timer);
                  Future<Void> answered =
                      failure == null
                          ? hand(call, request, warnings, instance)
                          : Answers.problem(call, Problem.of(failure));
                  answered.onComplete(sent -> drain.ended(task.get()));
                }));
  }

  private static CreateFailure stopping() {
    return new CreateFailure(
        CreateFailure.Kind.UNAVAILABLE,
        Refusal.STOPPING.code(),
        "this broker is being stopped; what was begun is destroyed",
        Duration.ofSeconds(1),
        null);
  }

  /** Under a lease that nobody holds, an instance would be nobody's. */
  private CompletableFuture<Instance> begin(CreateRequest request, Cancellation cancellation) {
    if (request.lease().isEmpty()) {
      return instances.create(request, cancellation);
    }
    String lease = request.lease().get();
    return leases
        .isTaken(request.owner().orElseThrow(), lease)
        .thenCompose(
            taken ->
                taken
                    ? instances.create(request, cancellation)
                    : CompletableFuture.failedFuture(
                        new CreateFailure(
                            CreateFailure.Kind.FAILED,
                            Refusal.UNKNOWN_LEASE.code(),
                            "PUT /leases/" + lease + " comes first",
                            Duration.ofSeconds(1),
                            null)));
  }

  private CreateBody body(RoutingContext call) throws CreateBody.Refused {
    return CreateBody.parse(
        call.body().buffer() == null ? new byte[0] : call.body().buffer().getBytes(),
        options.maxCpus(),
        options.maxRamMb());
  }

  private CreateRequest request(RoutingContext call, CreateBody body) throws CreateBody.Refused {
    Optional<String> key = Optional.ofNullable(call.request().getHeader("Idempotency-Key"));
    if (key.isPresent() && !key.get().matches("[\\x20-\\x7e]{1," + LONGEST_KEY + "}")) {
      throw new CreateBody.Refused(
          Problem.of(
              Refusal.MALFORMED,
              "Idempotency-Key must be 1 to " + LONGEST_KEY + " printable characters"));
    }
    Optional<String> lease = Optional.ofNullable(call.request().getHeader(LeaseRoutes.HEADER));
    if (lease.isPresent() && !LeaseRoutes.isId(lease.get())) {
      throw new CreateBody.Refused(
          Problem.of(
              Refusal.MALFORMED,
              LeaseRoutes.HEADER + " must be 1 to 200 letters, digits and . _ : -"));
    }
    return new CreateRequest(
        body.image(),
        body.size(),
        Optional.of(Caller.of(call).name()),
        key,
        Caller.requestId(call),
        Optional.ofNullable(call.request().getHeader(Traces.HEADER)),
        lease,
        call.request().headers().contains(io.macpool.broker.Instance.KNOWS_ENDPOINTS));
  }

  /** The instance is its client's when the answer has gone out, and goes if it could not. */
  private Future<Void> hand(
      RoutingContext call, CreateRequest request, List<String> warnings, Instance instance) {
    call.response().putHeader("Location", "/instances/" + instance.id());
    return Answers.data(call, 201, List.of(view.of(instance)), warnings)
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
}
