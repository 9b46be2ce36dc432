package io.macpool.brain.http;

import io.macpool.brain.http.access.AccessTokens;
import io.macpool.brain.http.access.AccessTokens.Role;
import io.macpool.brain.http.access.Authentication;
import io.macpool.brain.http.access.Caller;
import io.macpool.brain.http.answer.Answers;
import io.macpool.brain.http.answer.Problem;
import io.macpool.brain.http.answer.Refusal;
import io.macpool.brain.http.answer.RenderedList;
import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.lifecycle.Instances;
import io.macpool.brain.lifecycle.execution.Background;
import io.macpool.core.GoDuration;
import io.macpool.core.fleet.Inventory;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * {@code /instances}, but for making them, and {@code /instance-syncs}, as old clients know them.
 */
final class InstanceRoutes {

  private final Vertx vertx;
  private final Instances instances;
  private final InstanceView view;
  private final RenderedList whole;
  private final Hypervisor hypervisor;
  private final ApiOptions options;
  private final Drain drain;

  InstanceRoutes(
      Vertx vertx,
      Backend backend,
      InstanceView view,
      RenderedList whole,
      ApiOptions options,
      Drain drain) {
    this.vertx = vertx;
    this.instances = backend.instances();
    this.view = view;
    this.whole = whole;
    this.hypervisor = backend.fleet().hypervisor();
    this.options = options;
    this.drain = drain;
  }

  void mount(Router router) {
    router.get("/instances").handler(this::list);
    router.get("/instances/:id").handler(this::get);
    router.delete("/instances/:id").handler(this::delete);
    router.post("/instance-syncs").handler(Authentication::administrators).handler(this::sync);
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
          Problem.of(Refusal.BAD_DURATION, "min_age is not a duration").because(e.getMessage()));
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
    if (!mayBeId(id)) {
      Answers.problem(call, notFound());
      return;
    }
    if (instances.isKnown(id) && hypervisor.inventory().isKnown()) {
      answer(call, id, view.find(id));
      return;
    }
    onContext(
        instances.learn(id),
        (nothing, failure) -> {
          if (failure != null) {
            Answers.problem(call, Problem.of(failure));
          } else {
            withInventory(call, inventory -> answer(call, id, view.find(id, inventory)));
          }
        });
  }

  /** No name in vSphere holds such a character, and no database takes it. */
  private static boolean mayBeId(String text) {
    return text.chars().noneMatch(Character::isISOControl);
  }

  private void answer(RoutingContext call, String id, Optional<io.macpool.broker.Instance> found) {
    if (found.isEmpty()) {
      Answers.problem(call, notFound());
      return;
    }
    if (Caller.of(call).role() != Role.READER) {
      instances.askedFor(id, Caller.of(call).name());
    }
    Answers.data(call, 200, List.of(found.get()));
  }

  private static Problem notFound() {
    return Problem.of(Refusal.NOT_FOUND, "no such instance");
  }

  private void delete(RoutingContext call) {
    String id = call.pathParam("id");
    if (!mayBeId(id)) {
      Answers.problem(call, notFound());
      return;
    }
    if (Caller.of(call).role() == Role.ADMIN) {
      destroy(call, id);
      return;
    }
    onContext(
        instances.learn(id),
        (nothing, failure) -> {
          Optional<String> owner = view.find(id).map(io.macpool.broker.Instance::owner);
          if (failure != null) {
            Answers.problem(call, Problem.of(failure));
          } else if (view.find(id).isEmpty()) {
            disown(call, id);
          } else if (!Caller.of(call).mayDestroy(owner)) {
            Answers.problem(call, Problem.of(Refusal.NOT_YOURS));
          } else {
            destroy(call, id);
          }
        });
  }

  private void destroy(RoutingContext call, String id) {
    Runnable late =
        () ->
            Answers.problem(
                call,
                Problem.of(Refusal.TIMEOUT, "request timed out")
                    .because("the instance will be destroyed all the same")
                    .retry(Duration.ofSeconds(10)));
    Optional<Drain.Task> task = drain.begin(late);
    long timer = vertx.setTimer(options.requestTimeout().toMillis(), n -> late.run());
    onContext(
        instances.delete(id, "deleted by " + Caller.of(call).name()),
        (found, failure) -> {
          vertx.cancelTimer(timer);
          Future<Void> answered;
          if (failure != null) {
            answered = Answers.problem(call, Problem.of(failure));
          } else if (!found) {
            answered = Answers.problem(call, notFound());
          } else {
            answered = Answers.empty(call, 204);
          }
          answered.onComplete(sent -> task.ifPresent(drain::ended));
        });
  }

  /** It may only be out of sight: then this is heard, though there is nothing to be found. */
  private void disown(RoutingContext call, String id) {
    AccessTokens.Client client = Caller.of(call);
    onContext(
        instances.disown(id, client::mayDestroy, "deleted by " + client.name()),
        (nothing, failure) ->
            Answers.problem(call, failure == null ? notFound() : Problem.of(failure)));
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
