package io.macpool.operator;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How long the API may take to answer the calls for which the client's own time-out is not right:
 * it has none for the beginning of an informer's watch, and one that is too long for the Lease.
 */
final class CallDeadlines implements Interceptor {

  private final Duration any;
  private final Duration lease;

  /**
   * Deadlines for an elected operator.
   *
   * @param any call
   * @param lease how long a leader counts as one: two calls about it that hang leave time for a
   *     third before two thirds of this are over
   */
  CallDeadlines(Duration any, Duration lease) {
    this.any = any;
    Duration fifth = lease.dividedBy(5);
    this.lease = fifth.compareTo(any) < 0 ? fifth : any;
  }

  static boolean isLease(HttpRequest request) {
    return request.uri().getPath().contains("/coordination.k8s.io/");
  }

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    if (builder instanceof WebSocket.Builder watch) {
      watch.connectTimeout(any.toMillis(), TimeUnit.MILLISECONDS);
    } else if (builder instanceof HttpRequest.Builder call && isLease(request)) {
      call.timeout(lease.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
