package io.macpool.sandbox.brokersoak;

import io.macpool.sandbox.brokersoak.BrokerCalls.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One client: creates an instance, uses it for a while, gives it back, again and again. It does
 * what a careful client does: another replica when one does not answer, the same key for the same
 * wish, a lease renewed in time, a delete repeated until it is heard.
 */
final class SoakClient implements Runnable {

  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final long BETWEEN_LOOKS_MILLIS = 2_500;
  private static final int DELETE_TRIES = 60;

  private static final AtomicLong CALLS = new AtomicLong();

  /** What all clients share. */
  record Surroundings(
      List<Replica> replicas,
      List<String> images,
      BrokerCalls calls,
      Observations seen,
      SoakCounts figures,
      Executor pairs,
      CountDownLatch end) {}

  private record Held(String id, Optional<String> lease) {}

  private final Surroundings around;
  private final String name;
  private final String owner;
  private final String token;
  private final Random random;
  private int wishes;

  SoakClient(Surroundings around, String name, String owner, String token, long seed) {
    this.around = around;
    this.name = name;
    this.owner = owner;
    this.token = token;
    this.random = new Random(seed);
  }

  @Override
  public void run() {
    try {
      pause(random.nextInt(3_000));
      while (!isOver()) {
        Optional<Held> held = create();
        if (held.isPresent()) {
          use(held.get());
          giveBack(held.get());
        }
        pause(200 + random.nextInt(800));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isOver() {
    return around.end().getCount() == 0;
  }

  /** Waits, but not beyond the end of the run. */
  private void pause(long millis) throws InterruptedException {
    boolean unused = around.end().await(millis, TimeUnit.MILLISECONDS);
  }

  private Replica any() {
    return around.replicas().get(random.nextInt(around.replicas().size()));
  }

  private Optional<Held> create() throws InterruptedException {
    String wish = name + "-" + ++wishes;
    Optional<String> key = random.nextInt(100) < 40 ? Optional.of("key-" + wish) : Optional.empty();
    Optional<String> lease =
        random.nextInt(100) < 40 ? Optional.of("lease-" + wish) : Optional.empty();
    if (lease.isPresent() && !speak(lease.get())) {
      return Optional.empty();
    }
    String image = around.images().get(random.nextInt(around.images().size()));
    boolean twice = key.isPresent() && random.nextBoolean();
    for (int tries = 0; tries < 6 && !isOver(); tries++) {
      Reply reply = twice ? pair(image, key, lease) : ask(any(), image, key, lease);
      if (reply.instance().isPresent()) {
        return reply.instance().map(id -> new Held(id, lease));
      }
      if (key.isEmpty() && (reply.status() == 0 || reply.status() == 201)) {
        return Optional.empty(); // whether there is one it can't know, and must not ask again
      }
      pause(1000L * Math.min(reply.retryAfter().orElse(2), 4) + random.nextInt(500));
      if (lease.isPresent()) {
        boolean unused = speak(lease.get());
      }
    }
    return Optional.empty();
  }

  /** The same wish at both replicas at once; whichever answer names an instance. */
  private Reply pair(String image, Optional<String> key, Optional<String> lease)
      throws InterruptedException {
    CompletableFuture<Reply> other =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return ask(around.replicas().get(0), image, key, lease);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new Reply(0, Optional.empty(), "interrupted", Optional.empty());
              }
            },
            around.pairs());
    Reply mine = ask(around.replicas().get(around.replicas().size() - 1), image, key, lease);
    Reply others = other.join();
    return mine.instance().isPresent() ? mine : others;
  }

  private Reply ask(Replica replica, String image, Optional<String> key, Optional<String> lease)
      throws InterruptedException {
    long call = CALLS.incrementAndGet();
    Instant begun = Instant.now();
    around
        .seen()
        .add(
            new Observation.CreateAsked(
                begun, call, name, owner, replica.name(), image, key, lease));
    Map<String, String> headers = new java.util.HashMap<>();
    key.ifPresent(value -> headers.put("Idempotency-Key", value));
    lease.ifPresent(value -> headers.put("Macpool-Lease", value));
    Reply reply =
        around
            .calls()
            .call(
                replica,
                token,
                "POST",
                "/instances",
                Map.of("type", "instances", "base-image", image),
                headers);
    Instant now = Instant.now();
    around
        .seen()
        .add(
            new Observation.CreateAnswered(
                now,
                call,
                reply.status(),
                reply.retryAfter().isPresent(),
                reply.detail(),
                reply.instance()));
    around.figures().created(reply, Duration.between(begun, now));
    return reply;
  }

  /** Renews the lease; whether anybody heard it. */
  private boolean speak(String lease) throws InterruptedException {
    for (Replica replica : inTurn()) {
      around.seen().add(new Observation.LeaseSpoken(Instant.now(), name, owner, lease, LEASE));
      Reply reply =
          call(
              replica,
              "PUT",
              "/leases/" + lease,
              Map.of("type", "leases", "duration", LEASE.toSeconds() + "s"),
              Optional.empty());
      if (reply.isGood()) {
        return true;
      }
    }
    return false;
  }

  private List<Replica> inTurn() {
    Replica first = any();
    return java.util.stream.Stream.concat(
            java.util.stream.Stream.of(first),
            around.replicas().stream().filter(other -> other != first))
        .toList();
  }

  private Reply call(
      Replica replica, String method, String path, @Nullable Object body, Optional<String> instance)
      throws InterruptedException {
    Reply reply = around.calls().call(replica, token, method, path, body);
    around.figures().called(method, reply);
    around
        .seen()
        .add(
            new Observation.Answered(
                Instant.now(),
                name,
                method + " " + path + " at " + replica.name(),
                reply.status(),
                reply.retryAfter().isPresent(),
                reply.detail(),
                instance));
    return reply;
  }

  private void use(Held held) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2_000 + random.nextInt(22_000));
    while (System.nanoTime() < until && !isOver()) {
      pause(BETWEEN_LOOKS_MILLIS);
      if (held.lease().isPresent()) {
        boolean unused = speak(held.lease().get());
      }
      if (!isOver()) {
        Reply unused = call(any(), "GET", "/instances/" + held.id(), null, Optional.of(held.id()));
      }
    }
  }

  private void giveBack(Held held) throws InterruptedException {
    if (held.lease().isPresent() && random.nextInt(100) < 30 && !isOver()) {
      if (random.nextBoolean()) {
        return; // falls silent: the lease has to end by itself
      }
      around
          .seen()
          .add(
              new Observation.LeaseGivenUp(Instant.now(), name, owner, held.lease().orElseThrow()));
      until("/leases/" + held.lease().orElseThrow(), Optional.empty());
      return;
    }
    around.seen().add(new Observation.DeleteAsked(Instant.now(), name, held.id()));
    until("/instances/" + held.id(), Optional.of(held.id()));
  }

  /** Deletes until somebody says that it is done; also beyond the end of the run. */
  private void until(String path, Optional<String> instance) throws InterruptedException {
    for (int tries = 0; tries < DELETE_TRIES; tries++) {
      Reply reply = call(any(), "DELETE", path, null, instance);
      if (reply.isGood() || reply.status() == 404) {
        return;
      }
      boolean unused = new CountDownLatch(1).await(1_000, TimeUnit.MILLISECONDS);
    }
  }
}
