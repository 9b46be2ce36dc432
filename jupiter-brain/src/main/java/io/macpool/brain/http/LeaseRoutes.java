package io.macpool.brain.http;

import io.macpool.brain.http.access.Caller;
import io.macpool.brain.http.answer.Answers;
import io.macpool.brain.http.answer.JsonBody;
import io.macpool.brain.http.answer.Problem;
import io.macpool.brain.http.answer.Refusal;
import io.macpool.brain.lifecycle.Leases;
import io.macpool.brain.lifecycle.execution.Background;
import io.macpool.broker.LeaseInfo;
import io.macpool.core.GoDuration;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** {@code /leases}: holders say that they live. */
final class LeaseRoutes {

  /** The header of a create that puts the instance under a lease. */
  static final String HEADER = "Macpool-Lease";

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:-]{1,200}");
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofHours(1);

  private final Vertx vertx;
  private final Leases leases;
  private final InstanceView view;

  LeaseRoutes(Vertx vertx, Leases leases, InstanceView view) {
    this.vertx = vertx;
    this.leases = leases;
    this.view = view;
  }

  void mount(Router router) {
    router.put("/leases/:id").handler(this::renew);
    router.delete("/leases/:id").handler(this::end);
    router.get("/leases/:id/instances").handler(this::list);
  }

  static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  private void renew(RoutingContext call) {
    Optional<JsonBody> body = JsonBody.of(call, "leases");
    Optional<Duration> duration =
        body.flatMap(b -> b.text("duration"))
            .flatMap(LeaseRoutes::duration)
            .filter(LeaseRoutes::isAllowed);
    if (duration.isEmpty() || !isId(call.pathParam("id"))) {
      Answers.problem(
          call,
          Problem.of(Refusal.INVALID_FIELD, "not a lease")
              .because(
                  "PUT /leases/ID, ID of at most 200 letters, digits and . _ : -, with"
                      + " {\"data\":{\"type\":\"leases\",\"duration\":\"30s\"}},"
                      + " 1s to 1h"));
      return;
    }
    answer(
        call,
        leases.renew(Caller.of(call).name(), call.pathParam("id"), duration.get()),
        lease ->
            Answers.data(
                call,
                200,
                List.of(new LeaseInfo(LeaseInfo.TYPE, lease.id(), lease.expiresAt())),
                body.get().warnings(Set.of("type", "duration", "id"))));
  }

  /** For a holder that was started anew, and has to know what it holds. */
  private void list(RoutingContext call) {
    if (isNoLease(call)) {
      return;
    }
    answer(
        call,
        leases.instances(Caller.of(call).name(), call.pathParam("id")),
        held ->
            Answers.data(
                call, 200, held.stream().map(view::find).flatMap(Optional::stream).toList()));
  }

  private static boolean isNoLease(RoutingContext call) {
    if (isId(call.pathParam("id"))) {
      return false;
    }
    Answers.problem(
        call,
        Problem.of(Refusal.INVALID_FIELD, "not a lease")
            .because("the id of a lease has at most 200 letters, digits and . _ : -"));
    return true;
  }

  private void end(RoutingContext call) {
    if (isNoLease(call)) {
      return;
    }
    answer(
        call,
        leases.end(Caller.of(call).name(), call.pathParam("id")),
        nothing -> Answers.empty(call, 204));
  }

  private static boolean isAllowed(Duration duration) {
    return duration.compareTo(SHORTEST) >= 0 && duration.compareTo(LONGEST) <= 0;
  }

  private static Optional<Duration> duration(String text) {
    try {
      return Optional.of(GoDuration.parse(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // it is no lease, whatever else it may be
    }
  }

  private <T> void answer(RoutingContext call, CompletableFuture<T> work, Consumer<T> success) {
    Context context = vertx.getOrCreateContext();
    Background.whenEnded(
        work,
        (result, failure) ->
            context.runOnContext(
                now -> {
                  if (failure == null) {
                    success.accept(result);
                    return;
                  }
                  // This replica may be the one that is cut off: the next try goes to any.
                  call.response().putHeader("Connection", "close");
                  Answers.problem(call, Problem.of(failure));
                }));
  }
}
