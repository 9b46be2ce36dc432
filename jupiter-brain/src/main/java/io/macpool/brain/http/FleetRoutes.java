package io.macpool.brain.http;

import io.macpool.brain.http.access.Authentication;
import io.macpool.brain.http.access.Caller;
import io.macpool.brain.http.answer.Answers;
import io.macpool.brain.http.answer.JsonBody;
import io.macpool.brain.http.answer.Problem;
import io.macpool.brain.http.answer.Refusal;
import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.lifecycle.execution.Background;
import io.macpool.brain.lifecycle.slots.Cordons;
import io.macpool.core.Observed;
import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Inventory;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /images}, {@code /hosts} with their cordons, and {@code /capacity}. */
final class FleetRoutes {

  private static final Logger log = LoggerFactory.getLogger(FleetRoutes.class);
  private static final int LONGEST_REASON = 500;

  private final Vertx vertx;
  private final FleetView view;
  private final CapacityView capacity;
  private final Hypervisor hypervisor;
  private final Cordons cordons;
  private final Clock clock;

  FleetRoutes(Vertx vertx, FleetView view, CapacityView capacity, Backend backend, Clock clock) {
    this.vertx = vertx;
    this.view = view;
    this.capacity = capacity;
    this.hypervisor = backend.fleet().hypervisor();
    this.cordons = backend.availability().cordons();
    this.clock = clock;
  }

  void mount(Router router) {
    router.get("/images").handler(call -> answer(call, view::images));
    router.get("/hosts").handler(call -> answer(call, view::hosts));
    router.get("/capacity").handler(call -> answer(call, i -> List.of(capacity.capacity(i))));
    router.put("/hosts/:id/cordon").handler(Authentication::administrators).handler(this::cordon);
    router
        .delete("/hosts/:id/cordon")
        .handler(Authentication::administrators)
        .handler(this::uncordon);
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
        call, Problem.of(Refusal.INVENTORY_UNKNOWN).because(why).retry(Duration.ofSeconds(10)));
  }

  private void cordon(RoutingContext call) {
    Optional<JsonBody> body = JsonBody.of(call, "cordons");
    Optional<Cordon> cordon = body.flatMap(given -> parse(given, Caller.of(call).name()));
    if (cordon.isEmpty()) {
      Answers.problem(
          call,
          Problem.of(Refusal.INVALID_FIELD, "not a cordon")
              .because(
                  "write {\"data\":{\"type\":\"cordons\",\"kind\":\"cordoned\" or \"draining\","
                      + "\"reason\":\"…\"}}, the reason of at most "
                      + LONGEST_REASON
                      + " characters"));
      return;
    }
    set(call, cordon, body.get().warnings(Set.of("type", "kind", "reason", "id")));
  }

  private void uncordon(RoutingContext call) {
    set(call, Optional.empty(), List.of());
  }

  private void set(RoutingContext call, Optional<Cordon> cordon, List<String> warnings) {
    Optional<Host> host = host(call.pathParam("id"));
    if (host.isEmpty()) {
      Answers.problem(call, Problem.of(Refusal.NOT_FOUND, "no such host"));
      return;
    }
    Context context = vertx.getOrCreateContext();
    Background.whenEnded(
        cordons.set(host.get().id(), cordon),
        (nothing, failure) ->
            context.runOnContext(
                n -> {
                  if (failure != null) {
                    Answers.problem(call, Problem.of(failure));
                    return;
                  }
                  tell(host.get(), cordon, Caller.of(call).name());
                  if (warnings.isEmpty()) {
                    Answers.empty(call, 204);
                  } else {
                    Answers.data(call, 200, List.of(), warnings);
                  }
                }));
  }

  private static void tell(Host host, Optional<Cordon> cordon, String by) {
    if (cordon.isPresent()) {
      log.info(
          "host {} is {} by {}: {}",
          host.name(),
          cordon.get().kind().name().toLowerCase(Locale.ROOT),
          by,
          cordon.get().reason().replaceAll("\\p{Cntrl}", "?"));
    } else {
      log.info("host {} is no longer cordoned, by {}", host.name(), by);
    }
  }

  /** By id, by name, or by the first part of a name if only one host's begins so. */
  private Optional<Host> host(String given) {
    Collection<Host> hosts = hypervisor.lastKnown().hosts().values();
    Optional<Host> exact =
        hosts.stream()
            .filter(host -> host.id().equals(given) || host.name().equals(given))
            .findFirst();
    List<Host> alike = hosts.stream().filter(host -> host.name().startsWith(given + ".")).toList();
    return exact.or(() -> alike.stream().findFirst().filter(h -> alike.size() == 1));
  }

  private Optional<Cordon> parse(JsonBody body, String by) {
    Optional<String> reason = body.data().has("reason") ? body.text("reason") : Optional.of("");
    Cordon.Kind kind =
        switch (body.text("kind").orElse("")) {
          case "cordoned" -> Cordon.Kind.CORDONED;
          case "draining" -> Cordon.Kind.DRAINING;
          default -> null;
        };
    return kind == null
        ? Optional.empty()
        : reason
            .filter(text -> text.codePointCount(0, text.length()) <= LONGEST_REASON)
            // A database keeps no NUL in a text.
            .filter(text -> text.indexOf('\0') < 0)
            .map(text -> new Cordon(kind, text, Optional.of(clock.instant()), Optional.of(by)));
  }
}
