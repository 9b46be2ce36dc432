package io.macpool.operator;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * When the Lease was renewed last, as seen from the calls that renew it. The elector itself tells
 * that it lost only after its calls have ended, which may be long after another one has won.
 *
 * <p>An elector reads the Lease and then writes it, one call at a time: the time written is no
 * earlier than the read was asked for, and that is what counts here.
 */
final class LeaseRenewals implements Interceptor {

  private static final String LEASES = "/coordination.k8s.io/";

  private final LongSupplier nanos;

  /** A read was asked for and not answered well yet: until it is, others are its repetitions. */
  private volatile boolean reading;

  private volatile long asked;
  private volatile Optional<Long> renewed = Optional.empty();

  /**
   * Never renewed yet.
   *
   * @param nanos as {@link System#nanoTime}
   */
  LeaseRenewals(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Whether the last renewal began at most so long ago. */
  boolean within(Duration time) {
    return renewed.filter(at -> nanos.getAsLong() - at <= time.toNanos()).isPresent();
  }

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    if (isLease(request) && isRead(request) && !reading) {
      reading = true;
      asked = nanos.getAsLong();
    }
  }

  @Override
  public void after(
      HttpRequest request,
      HttpResponse<?> response,
      AsyncBody.Consumer<List<ByteBuffer>> consumer) {
    if (isLease(request) && response.isSuccessful()) {
      reading = false;
      if (!isRead(request)) {
        renewed = Optional.of(asked);
      }
    }
  }

  static boolean isLease(HttpRequest request) {
    return request.uri().getPath().contains(LEASES);
  }

  private static boolean isRead(HttpRequest request) {
    return request.method().equals("GET");
  }
}
