package io.macpool.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectReader;
import io.macpool.broker.BrokerException.Reason;
import io.macpool.broker.net.Retries;
import io.macpool.broker.net.RetryPolicy;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import javax.net.ssl.SSLContext;

/**
 * The broker's HTTP API as calls that never block. A call that fails does so with a {@link
 * BrokerException}. No answer is tried again until the policy's patience is over, and so are 5xx
 * answers to calls that may be repeated; a create may be, since it carries an {@code
 * Idempotency-Key} (an old broker, which ignores the key, destroys what it made for a client that
 * went away).
 */
public final class BrokerClient {

  /** The broker itself gives up after three minutes by default. */
  private static final Duration CREATE_DEADLINE = Duration.ofSeconds(210);

  private static final Duration DELETE_DEADLINE = Duration.ofSeconds(210);
  private static final Duration READ_DEADLINE = Duration.ofSeconds(20);
  private static final Duration RENEW_DEADLINE = Duration.ofSeconds(5);
  static final String MEDIA_TYPE = "application/vnd.api+json";

  private final BrokerEndpoint endpoint;
  private final Exchange exchange;
  private final Executor executor;
  private final Retries retries;
  private final Map<String, String> headers;
  private final Duration readDeadline;

  /**
   * Makes a client; it owns neither {@code executor}, which parses answers, nor {@code scheduler},
   * which times pauses.
   */
  public BrokerClient(
      BrokerEndpoint endpoint,
      RetryPolicy policy,
      Executor executor,
      ScheduledExecutorService scheduler) {
    this(endpoint, policy, new HttpClientExchange(executor), executor, scheduler);
  }

  BrokerClient(
      BrokerEndpoint endpoint,
      RetryPolicy policy,
      Exchange exchange,
      Executor executor,
      ScheduledExecutorService scheduler) {
    this.endpoint = endpoint;
    this.executor = executor;
    this.retries = new Retries(policy, scheduler);
    this.exchange = exchange;
    this.headers = Map.of();
    this.readDeadline = READ_DEADLINE;
  }

  /**
   * A client for a process that is over after a few calls: each holds a thread while it lasts, but
   * the first one is there at once, and none is in the way of the process's end.
   *
   * @param threads as many as there are calls; they stay the caller's, and so does {@code
   *     scheduler}, which times pauses
   */
  public static BrokerClient forFewCalls(
      BrokerEndpoint endpoint,
      RetryPolicy policy,
      Executor threads,
      ScheduledExecutorService scheduler) {
    return new BrokerClient(endpoint, policy, new BlockingExchange(threads), threads, scheduler);
  }

  /**
   * Loads what a first call needs, the trusted authorities among it, in the thread of the caller:
   * for a process that ends after a few calls, and has something else to do meanwhile. What fails
   * here is told by the call that needs it.
   */
  public static void warmUp() {
    ObjectReader unusedReader = Documents.reader(Instance.class);
    trustedAuthorities(); // last: plain HTTP does not wait for them
  }

  /** The same for a process that only has an instance made and destroyed by that broker. */
  public static void warmUp(BrokerEndpoint endpoint) {
    byte[] order = InstanceJson.order(NewInstance.of("image", null, null));
    Optional<List<Instance>> unused = InstanceJson.read(order);
    if ("https".equals(endpoint.base().getScheme())) {
      trustedAuthorities();
    }
  }

  private static void trustedAuthorities() {
    try {
      SSLContext unused = SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      return;
    }
  }

  private BrokerClient(BrokerClient other, Map<String, String> headers, Duration readDeadline) {
    this.endpoint = other.endpoint;
    this.executor = other.executor;
    this.retries = other.retries;
    this.exchange = other.exchange;
    this.headers = Map.copyOf(headers);
    this.readDeadline = readDeadline;
  }

  private BrokerClient with(String header, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(header, value);
    return new BrokerClient(this, more, readDeadline);
  }

  /** The same client, for which an answer to a question must be whole within that time. */
  public BrokerClient readingWithin(Duration deadline) {
    return new BrokerClient(this, headers, deadline);
  }

  /**
   * The same client, whose calls are part of a trace.
   *
   * @param traceparent as W3C Trace Context has it
   */
  public BrokerClient tracedBy(String traceparent) {
    return with("traceparent", traceparent);
  }

  /**
   * The same client, all of whose instances are under a lease: see {@link #renew}. A broker that
   * knows no leases takes no notice.
   */
  public BrokerClient leasedBy(String lease) {
    return with("Macpool-Lease", lease);
  }

  /**
   * Says that the holder of a lease lives; once only, for the next time comes soon.
   *
   * @return whether the broker knows leases
   */
  public CompletableFuture<Boolean> renew(String lease, Duration duration) {
    byte[] body = InstanceJson.lease(duration);
    return send(
            "renew the lease " + lease,
            request("PUT", "/leases/" + segment(lease), RENEW_DEADLINE).with(body),
            404,
            405)
        .thenApply(answer -> answer.status() == 200);
  }

  /**
   * Gives a lease up, with all that was made under it; fine if nobody holds it.
   *
   * @return whether the broker knows leases
   */
  public CompletableFuture<Boolean> endLease(String lease) {
    return retries
        .run(
            () ->
                send(
                    "end the lease " + lease,
                    request("DELETE", "/leases/" + segment(lease), READ_DEADLINE),
                    404,
                    405),
            BrokerClient::mayPass)
        .thenApply(answer -> answer.status() / 100 == 2);
  }

  /**
   * What is held under a lease, for a holder that was started anew; nothing if the broker can't
   * tell.
   */
  public CompletableFuture<Optional<List<Instance>>> heldUnder(String lease) {
    String what = "list the instances of the lease " + lease;
    return retries
        .run(
            () ->
                send(
                    what,
                    request("GET", "/leases/" + segment(lease) + "/instances", readDeadline),
                    404,
                    405),
            BrokerClient::mayPass)
        .thenApply(
            answer ->
                answer.status() == 200
                    ? Optional.of(data(what, answer, Instance.class))
                    : Optional.empty());
  }

  /**
   * Asks for an instance once; only the lack of any answer is tried again. It says that endpoints
   * are known: whoever dials the instance does so at {@link Instance#dialable}.
   *
   * @param idempotencyKey the same for every try at the same instance
   */
  public CompletableFuture<Instance> create(NewInstance wanted, String idempotencyKey) {
    byte[] body = InstanceJson.order(wanted);
    String what = "create an instance of " + wanted.baseImage();
    return retries
        .run(
            () ->
                send(
                    what,
                    request("POST", "/instances", CREATE_DEADLINE)
                        .with("Idempotency-Key", idempotencyKey)
                        .with(Instance.KNOWS_ENDPOINTS, "yes")
                        .with(body)),
            BrokerClient::noAnswer)
        .thenApply(answer -> one(what, answer, Instance.class));
  }

  /** The instance, or nothing if the broker knows none of that id. */
  public CompletableFuture<Optional<Instance>> find(String id) {
    String what = "look at instance " + id;
    return retries
        .run(
            () -> send(what, request("GET", "/instances/" + segment(id), readDeadline), 404),
            BrokerClient::mayPass)
        .thenApply(
            answer ->
                answer.status() == 404
                    ? Optional.empty()
                    : Optional.of(one(what, answer, Instance.class)));
  }

  /** All instances that the broker knows. */
  public CompletableFuture<List<Instance>> list() {
    String what = "list the instances";
    return retries
        .run(() -> send(what, request("GET", "/instances", readDeadline)), BrokerClient::mayPass)
        .thenApply(answer -> data(what, answer, Instance.class));
  }

  /** Has an instance destroyed; one that is gone already is fine. */
  public CompletableFuture<Void> delete(String id) {
    return retries
        .run(
            () ->
                send(
                    "destroy instance " + id,
                    request("DELETE", "/instances/" + segment(id), DELETE_DEADLINE),
                    404),
            BrokerClient::mayPass)
        .thenAccept(answer -> {});
  }

  /** One look at the pool's slots, not retried; nothing if the broker has no such endpoint. */
  public CompletableFuture<Optional<Capacity>> capacity() {
    String what = "read the pool's capacity";
    return send(what, request("GET", "/capacity", readDeadline), 404, 405, 501)
        .thenApply(
            answer ->
                answer.status() == 200
                    ? Optional.of(one(what, answer, Capacity.class))
                    : Optional.empty());
  }

  /** All hosts that the broker knows. */
  public CompletableFuture<List<HostInfo>> hosts() {
    return all("list the hosts", "/hosts", HostInfo.class);
  }

  /** All images that the broker knows. */
  public CompletableFuture<List<ImageInfo>> images() {
    return all("list the images", "/images", ImageInfo.class);
  }

  private <T> CompletableFuture<List<T>> all(String what, String path, Class<T> type) {
    return retries
        .run(() -> send(what, request("GET", path, readDeadline)), BrokerClient::mayPass)
        .thenApply(answer -> data(what, answer, type));
  }

  /**
   * Keeps new instances away from a host.
   *
   * @param host its name, its id, or the first part of its name where only one begins so
   * @param draining whether warm instances go, too; what runs stays in any case
   * @param reason for people; at most 500 characters
   */
  public CompletableFuture<Void> cordon(String host, boolean draining, String reason) {
    byte[] body =
        write(
            Map.of(
                "data",
                Map.of(
                    "type",
                    "cordons",
                    "kind",
                    draining ? "draining" : "cordoned",
                    "reason",
                    reason)));
    return cordon("cordon host " + host, request("PUT", cordonOf(host), READ_DEADLINE).with(body));
  }

  /** Lifts a cordon; fine if there is none. */
  public CompletableFuture<Void> uncordon(String host) {
    return cordon("uncordon host " + host, request("DELETE", cordonOf(host), READ_DEADLINE));
  }

  private CompletableFuture<Void> cordon(String what, Exchange.Request request) {
    return retries.run(() -> send(what, request), BrokerClient::mayPass).thenAccept(answer -> {});
  }

  private static String cordonOf(String host) {
    return "/hosts/" + segment(host) + "/cordon";
  }

  private static boolean noAnswer(Throwable failure) {
    return failure instanceof BrokerException e && e.reason() == Reason.UNREACHABLE;
  }

  private static boolean mayPass(Throwable failure) {
    return failure instanceof BrokerException e
        && (e.reason() == Reason.UNREACHABLE
            || e.reason() == Reason.FAILED
            || e.reason() == Reason.FULL);
  }

  private Exchange.Request request(String method, String path, Duration deadline) {
    Map<String, String> all = new HashMap<>(headers);
    all.put("Accept", MEDIA_TYPE);
    all.put("X-Request-ID", UUID.randomUUID().toString());
    endpoint.token().ifPresent(token -> all.put("Authorization", "token " + token));
    URI uri = URI.create(endpoint.base() + path);
    return new Exchange.Request(method, uri, deadline, all, Optional.empty());
  }

  private CompletableFuture<Exchange.Answer> send(
      String what, Exchange.Request request, Integer... alsoFine) {
    return exchange
        .send(request)
        .handleAsync(
            (answer, failure) -> {
              if (failure != null) {
                throw Refusals.unreachable(endpoint, what, failure);
              }
              if (answer.status() / 100 == 2 || List.of(alsoFine).contains(answer.status())) {
                return answer;
              }
              throw Refusals.of(endpoint, what, answer);
            },
            executor);
  }

  private <T> T one(String what, Exchange.Answer answer, Class<T> type) {
    List<T> data = data(what, answer, type);
    if (data.size() != 1) {
      throw new BrokerException(
          Reason.REFUSED,
          "the broker at %s answered %s with %d elements in data instead of one"
              .formatted(endpoint, what, data.size()),
          Duration.ZERO,
          null);
    }
    return data.get(0);
  }

  private <T> List<T> data(String what, Exchange.Answer answer, Class<T> type) {
    if (type == Instance.class) {
      Optional<List<Instance>> instances = InstanceJson.read(answer.body());
      if (instances.isPresent()) {
        return instances.get().stream().map(type::cast).toList();
      }
    }
    try {
      return Documents.read(answer.body(), type);
    } catch (IOException e) {
      throw new BrokerException(
          Reason.REFUSED,
          "the broker at %s answered %s with something unreadable".formatted(endpoint, what),
          Duration.ZERO,
          e);
    }
  }

  private static byte[] write(Object body) {
    try {
      return BrokerJson.mapper().writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("can't be written as JSON: " + body, e);
    }
  }

  private static String segment(String id) {
    return URLEncoder.encode(id, UTF_8).replace("+", "%20");
  }
}
