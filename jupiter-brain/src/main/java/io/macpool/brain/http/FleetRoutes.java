package io.macpool.brain.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.lifecycle.Background;
import io.macpool.brain.lifecycle.Cordons;
import io.macpool.broker.BrokerJson;
import io.macpool.core.Observed;
import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Inventory;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** {@code /images}, {@code /hosts} with their cordons, and {@code /capacity}. */
final class FleetRoutes {

  private static final int LONGEST_REASON = 500;

  private final Vertx vertx;
  private final FleetView view;
  private final Hypervisor hypervisor;
  private final Cordons cordons;

  FleetRoutes(Vertx vertx, FleetView view, Hypervisor hypervisor, Cordons cordons) {
    this.vertx = vertx;
    this.view = view;
    this.hypervisor = hypervisor;
    this.cordons = cordons;
  }

  void mount(Router router) {
    router.get("/images").handler(call -> answer(call, view::images));
    router.get("/hosts").handler(call -> answer(call, view::hosts));
    router.get("/capacity").handler(call -> answer(call, i -> List.of(view.capacity(i))));
    router.put("/hosts/:id/cordon").handler(this::cordon);
    router.delete("/hosts/:id/cordon").handler(this::uncordon);
  }

  /** An inventory that is not known to be true is no basis for planning: unknown is not zero. */
  private <T> void answer(RoutingContext call, Function<Inventory, List<T>> body) {
    Observed<Inventory> inventory = hypervisor.inventory();
    if (inventory instanceof Observed.Known<Inventory> known) {
      Answers.data(call, 200, body.apply(known.value()));
      return;
    }
    String why = inventory.match(known -> "", Observed.Unknown::cause);
    Answers.problem(
        call,
        Problem.of(503, "inventory-unknown", "the hosts can't be seen now")
            .because(why)
            .retry(Duration.ofSeconds(10)));
  }

  private void cordon(RoutingContext call) {
    Optional<Cordon> cordon = parse(call);
    if (cordon.isEmpty()) {
      Answers.problem(
          call,
          Problem.of(422, "invalid-field", "not a cordon")
              .because(
                  "write {\"data\":{\"type\":\"cordons\",\"kind\":\"cordoned\" or \"draining\","
                      + "\"reason\":\"…\"}}"));
      return;
    }
    set(call, cordon);
  }

  private void uncordon(RoutingContext call) {
    set(call, Optional.empty());
  }

  private void set(RoutingContext call, Optional<Cordon> cordon) {
    Optional<String> host = host(call.pathParam("id"));
    if (host.isEmpty()) {
      Answers.problem(call, Problem.of(404, "not-found", "no such host"));
      return;
    }
    Context context = vertx.getOrCreateContext();
    Background.whenEnded(
        cordons.set(host.get(), cordon),
        (nothing, failure) ->
            context.runOnContext(
                n -> {
                  if (failure != null) {
                    Answers.problem(call, Problem.of(failure));
                  } else {
                    Answers.empty(call, 204);
                  }
                }));
  }

  /** By id or by name. */
  private Optional<String> host(String given) {
    return hypervisor.lastKnown().hosts().values().stream()
        .filter(host -> host.id().equals(given) || host.name().equals(given))
        .map(Host::id)
        .findFirst();
  }

  private static Optional<Cordon> parse(RoutingContext call) {
    try {
      JsonNode root =
          call.body().buffer() == null
              ? null
              : BrokerJson.mapper().readTree(call.body().buffer().getBytes());
      JsonNode data = root == null ? null : root.path("data");
      if (data == null || !data.path("type").asText().equals("cordons")) {
        return Optional.empty();
      }
      String reason = data.path("reason").asText("");
      Cordon.Kind kind =
          switch (data.path("kind").asText()) {
            case "cordoned" -> Cordon.Kind.CORDONED;
            case "draining" -> Cordon.Kind.DRAINING;
            default -> null;
          };
      return kind == null || reason.length() > LONGEST_REASON
          ? Optional.empty()
          : Optional.of(new Cordon(kind, reason));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
