package io.macpool.operator;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts how calls to the API end, and says in a line what it refuses to let this operator do: once
 * for each kind of call, and again while it goes on.
 */
final class ApiOutcomes implements Interceptor {

  private static final Logger log = LoggerFactory.getLogger(ApiOutcomes.class);
  private static final long AGAIN = Duration.ofMinutes(5).toNanos();
  private static final int MOST_KINDS = 200;

  private enum Outcome {
    OK,
    /** 401 or 403. */
    FORBIDDEN,
    /** Another fault of the call, or of the object that it writes. */
    REJECTED,
    /** 429. */
    THROTTLED,
    /** 5xx. */
    FAILED,
    /** No answer. */
    UNREACHABLE
  }

  private final Map<Outcome, Counter> counters = new EnumMap<>(Outcome.class);
  private final Map<String, Long> told = new ConcurrentHashMap<>();
  private final LongSupplier nanos;

  ApiOutcomes(MeterRegistry registry, LongSupplier nanos) {
    this.nanos = nanos;
    for (Outcome outcome : Outcome.values()) {
      counters.put(
          outcome,
          Counter.builder("operator.api.calls")
              .description("Calls to the Kubernetes API, by how they ended")
              .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
              .register(registry));
    }
  }

  @Override
  public void after(
      HttpRequest request,
      HttpResponse<?> response,
      AsyncBody.Consumer<List<ByteBuffer>> consumer) {
    Outcome outcome = outcome(response.code());
    count(outcome);
    if (outcome == Outcome.FORBIDDEN) {
      tell(request, response.code());
    }
  }

  @Override
  public void afterConnectionFailure(HttpRequest request, Throwable failure) {
    count(Outcome.UNREACHABLE);
  }

  private void count(Outcome outcome) {
    Objects.requireNonNull(counters.get(outcome), "every outcome has its count").increment();
  }

  private static Outcome outcome(int code) {
    return switch (code) {
      case 401, 403 -> Outcome.FORBIDDEN;
      case 429 -> Outcome.THROTTLED;
      case 404, 409, 410 -> Outcome.OK; // says how things are
      default -> code >= 500 ? Outcome.FAILED : code >= 400 ? Outcome.REJECTED : Outcome.OK;
    };
  }

  private void tell(HttpRequest request, int code) {
    String kind = request.method() + " " + kind(request.uri().getPath());
    long now = nanos.getAsLong();
    Long last = told.get(kind);
    if (last != null && now - last < AGAIN) {
      return;
    }
    if (told.size() >= MOST_KINDS) {
      told.clear();
    }
    told.put(kind, now);
    log.warn(
        "the Kubernetes API forbids {} ({}): does the service account have the role of the chart,"
            + " and is the namespace still there?",
        kind,
        code);
  }

  /** The resource's plural: {@code /apis/apps/v1/namespaces/NS/deployments/NAME} has the sixth. */
  private static String kind(String path) {
    String[] parts = path.split("/", -1);
    for (int i = 0; i < parts.length; i++) {
      if (parts[i].equals("namespaces")) {
        return i + 2 < parts.length ? parts[i + 2] : parts[i];
      }
    }
    return parts[parts.length - 1];
  }
}
