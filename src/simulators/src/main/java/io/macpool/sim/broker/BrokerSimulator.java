package io.macpool.sim.broker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.broker.BrokerJson;
import io.macpool.broker.Documents.ApiError;
import io.macpool.broker.Documents.Data;
import io.macpool.broker.Documents.Errors;
import io.macpool.broker.Instance;
import io.macpool.broker.LeaseInfo;
import io.macpool.core.GoDuration;
import io.macpool.core.fleet.lease.Lease;
import io.macpool.sim.broker.BrokerFaults.Call;
import io.macpool.sim.net.LoopbackServer;
import io.macpool.sim.vcenter.guest.GuestPower;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The VM broker as its clients see it, on a loopback port: {@code /instances}, {@code /capacity},
 * one token, a pool of a given size that answers 503 and Retry-After when it is full.
 */
public final class BrokerSimulator implements AutoCloseable {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String INSTANCES = "/instances";
  private static final String LEASES = "/leases/";
  private static final int MAX_BODY = 1024 * 1024;

  private final String token;
  private final InstancePool pool;
  private final BrokerFaults faults = new BrokerFaults();
  private final HeldLeases leases = new HeldLeases(Clock.systemUTC());
  private volatile boolean knowsLeases;
  private final LoopbackServer server;

  private BrokerSimulator(String token, InstancePool pool) {
    this.token = token;
    this.pool = pool;
    this.server = LoopbackServer.start(0, vertx -> request -> receive(vertx, request));
  }

  /** Starts with {@code slots} slots; each instance's guest is booted by {@code guests}. */
  public static BrokerSimulator start(int slots, GuestPower guests) {
    byte[] bytes = new byte[12];
    RANDOM.nextBytes(bytes);
    return new BrokerSimulator(
        HexFormat.of().formatHex(bytes), new InstancePool(slots, guests, Clock.systemUTC()));
  }

  /** What {@code TRAVIS_WORKER_JUPITERBRAIN_ENDPOINT} is to be; its user part is the token. */
  public URI endpoint() {
    return URI.create("http://" + token + "@127.0.0.1:" + server.port() + "/");
  }

  /** What is to go wrong with calls. */
  public BrokerFaults faults() {
    return faults;
  }

  /** From now on it knows leases, as ours does; at first it does not, as the Go broker. */
  public void knowLeases() {
    knowsLeases = true;
  }

  /** As if so much time had gone by for all holders of leases. */
  public void passTime(Duration time) {
    leases.passTime(time);
  }

  /** How often a holder said that it lives. */
  public int renewals() {
    return leases.renewals();
  }

  /** The leases that somebody holds. */
  public Set<String> leases() {
    return leases.ids();
  }

  /** Changes how many slots there are; instances beyond stay. */
  public void resize(int slots) {
    pool.resize(slots);
  }

  /** While true no instance shows an address, as if its guest did not come up. */
  public void withholdAddresses(boolean withheld) {
    pool.withholdAddresses(withheld);
  }

  /** The ids of the instances that exist now. */
  public Set<String> instances() {
    return pool.ids();
  }

  /** Destroys an instance as if by somebody else; does nothing if there is none. */
  public void destroy(String id) {
    pool.delete(id);
  }

  /** Creates that found every slot taken. */
  public int refused() {
    return pool.refused();
  }

  /** Instances made since the start. */
  public int created() {
    return pool.created();
  }

  /** Instances destroyed since the start. */
  public int destroyed() {
    return pool.destroyed();
  }

  /** The most instances there were at once. */
  public int peak() {
    return pool.peak();
  }

  private void receive(Vertx vertx, HttpServerRequest request) {
    Buffer body = Buffer.buffer();
    request.handler(
        bytes -> {
          if (body.length() <= MAX_BODY) {
            body.appendBuffer(bytes);
          }
        });
    request.endHandler(end -> answer(vertx, request, body));
  }

  private void answer(Vertx vertx, HttpServerRequest request, Buffer body) {
    faults
        .next(new Call(request.method().name(), request.path()))
        .ifPresentOrElse(
            fault -> fault.happen(new Exchange(vertx, request, body)),
            () -> carryOut(request, body));
  }

  /** One call in the hands of a fault. */
  private final class Exchange implements BrokerFaults.Answering {

    private final Vertx vertx;
    private final HttpServerRequest request;
    private final Buffer body;

    Exchange(Vertx vertx, HttpServerRequest request, Buffer body) {
      this.vertx = vertx;
      this.request = request;
      this.body = body;
    }

    @Override
    public void carryOut() {
      BrokerSimulator.this.carryOut(request, body);
    }

    @Override
    public void carryOutAfter(Duration delay) {
      vertx.setTimer(Math.max(1, delay.toMillis()), late -> carryOut());
    }

    @Override
    public void refuse(int status) {
      BrokerSimulator.refuse(request, status, "injected-fault", "injected fault");
    }

    @Override
    public void drop() {
      request.connection().close();
    }
  }

  private void carryOut(HttpServerRequest request, Buffer body) {
    if (!authorized(request)) {
      return;
    }
    String path = request.path();
    if (knowsLeases && path.startsWith(LEASES)) {
      lease(request, path.substring(LEASES.length()), body);
      return;
    }
    String id = path.startsWith(INSTANCES + "/") ? path.substring(INSTANCES.length() + 1) : "";
    switch (request.method().name() + " " + (id.isEmpty() ? path : INSTANCES + "/ID")) {
      case "POST /instances" -> create(request, body);
      case "GET /instances" -> list(request);
      case "GET /instances/ID" ->
          pool.get(id)
              .ifPresentOrElse(found -> send(request, 200, found), () -> notFound(request, id));
      case "DELETE /instances/ID" -> {
        if (pool.delete(id)) {
          request.response().setStatusCode(204).end();
        } else {
          notFound(request, id);
        }
      }
      case "GET /capacity" -> send(request, 200, pool.capacity());
      default -> refuse(request, 404, "not-found", "no such resource");
    }
  }

  private void lease(HttpServerRequest request, String id, Buffer body) {
    if (request.method().name().equals("GET") && id.endsWith(INSTANCES)) {
      List<Instance> held =
          leases.instances(id.substring(0, id.length() - INSTANCES.length())).stream()
              .flatMap(each -> pool.get(each).stream())
              .toList();
      write(request, 200, new Data<>(held));
      return;
    }
    if (request.method().name().equals("DELETE")) {
      leases.end(id).forEach(pool::delete);
      request.response().setStatusCode(204).end();
      return;
    }
    try {
      String duration =
          BrokerJson.mapper().readTree(body.toString()).path("data").path("duration").asText();
      Lease lease = leases.renew(id, GoDuration.parse(duration));
      leases.ended().forEach(pool::delete);
      send(request, 200, new LeaseInfo(LeaseInfo.TYPE, id, lease.expiresAt()));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      refuse(request, 422, "invalid-field", "not a lease");
    }
  }

  private boolean authorized(HttpServerRequest request) {
    String given = request.getHeader("Authorization");
    if (given == null) {
      request.response().putHeader("WWW-Authenticate", "token");
      refuse(request, 401, "", "token is required");
      return false;
    }
    boolean right = matches(given, "token " + token) || matches(given, "token=" + token);
    if (!right) {
      refuse(request, 401, "", "incorrect token");
    }
    return right;
  }

  private static boolean matches(String given, String wanted) {
    return MessageDigest.isEqual(
        given.getBytes(StandardCharsets.UTF_8), wanted.getBytes(StandardCharsets.UTF_8));
  }

  private void create(HttpServerRequest request, Buffer body) {
    JsonNode data;
    try {
      data = BrokerJson.mapper().readTree(body.toString()).path("data");
    } catch (JsonProcessingException e) {
      refuse(request, 400, "", "the body is not JSON");
      return;
    }
    String image = data.path("base-image").asText("");
    Optional<String> lease = Optional.ofNullable(request.getHeader("Macpool-Lease"));
    if (image.isEmpty()) {
      refuse(request, 422, "missing-field", "data and base-image are required");
    } else if (!data.path("type").asText().equals("instances")) {
      refuse(request, 409, "incorrect-type", "type must be instances");
    } else if (knowsLeases && lease.isPresent() && !leases.isTaken(lease.get())) {
      request.response().putHeader("Retry-After", "1");
      refuse(request, 409, "unknown-lease", "PUT /leases/" + lease.get() + " comes first");
    } else {
      pool.create(image, "simulated", Optional.ofNullable(request.getHeader("Idempotency-Key")))
          .ifPresentOrElse(
              made -> {
                lease.ifPresent(held -> leases.put(held, made.id()));
                request.response().putHeader("Location", INSTANCES + "/" + made.id());
                send(request, 201, made);
              },
              () -> {
                request.response().putHeader("Retry-After", "1");
                refuse(request, 503, "pool-full", "every slot is taken");
              });
    }
  }

  private void list(HttpServerRequest request) {
    try {
      String age = request.getParam("min_age", "");
      write(
          request,
          200,
          new Data<>(pool.list(age.isEmpty() ? Duration.ZERO : GoDuration.parse(age))));
    } catch (IllegalArgumentException e) {
      refuse(request, 400, "", String.valueOf(e.getMessage()));
    }
  }

  private static void notFound(HttpServerRequest request, String id) {
    refuse(request, 404, "", "no instance " + id);
  }

  private static void send(HttpServerRequest request, int status, Object resource) {
    write(request, status, new Data<>(List.of(resource)));
  }

  private static void refuse(HttpServerRequest request, int status, String code, String title) {
    write(
        request,
        status,
        new Errors(List.of(new ApiError(Integer.toString(status), code, title, ""))));
  }

  private static void write(HttpServerRequest request, int status, Object body) {
    HttpServerResponse response = request.response();
    if (response.closed()) {
      return;
    }
    try {
      response
          .setStatusCode(status)
          .putHeader("Content-Type", "application/vnd.api+json")
          .end(BrokerJson.mapper().writeValueAsString(body));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not to be written as JSON: " + body, e);
    }
  }

  @Override
  public void close() {
    server.close();
    pool.close();
  }
}
