package io.macpool.brain.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.brain.lifecycle.Background;
import io.macpool.brain.lifecycle.Leases;
import io.macpool.broker.BrokerJson;
import io.macpool.broker.LeaseInfo;
import io.macpool.core.GoDuration;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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

  LeaseRoutes(Vertx vertx, Leases leases) {
    this.vertx = vertx;
    this.leases = leases;
  }

  void mount(Router router) {
    router.put("/leases/:id").handler(this::renew);
    router.delete("/leases/:id").handler(this::end);
  }

  static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  private void renew(RoutingContext call) {
    Optional<Duration> duration = duration(call).filter(LeaseRoutes::isAllowed);
    if (duration.isEmpty() || !isId(call.pathParam("id"))) {
      Answers.problem(
          call,
          Problem.of(422, "invalid-field", "not a lease")
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
                call, 200, List.of(new LeaseInfo(LeaseInfo.TYPE, lease.id(), lease.expiresAt()))));
  }

  private void end(RoutingContext call) {
    answer(
        call,
        leases.end(Caller.of(call).name(), call.pathParam("id")),
        nothing -> Answers.empty(call, 204));
  }

  private static boolean isAllowed(Duration duration) {
    return duration.compareTo(SHORTEST) >= 0 && duration.compareTo(LONGEST) <= 0;
  }

  private static Optional<Duration> duration(RoutingContext call) {
    try {
      JsonNode data =
          call.body().buffer() == null
              ? BrokerJson.mapper().nullNode()
              : BrokerJson.mapper().readTree(call.body().buffer().getBytes()).path("data");
      return data.path("type").asText().equals("leases")
          ? Optional.of(GoDuration.parse(data.path("duration").asText()))
          : Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
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
