package io.macpool.broker;

import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** A body kept in memory up to a limit; a longer one fails the exchange. */
public final class BoundedBody implements BodySubscriber<byte[]> {

  private final int limit;
  private final BodySubscriber<byte[]> kept = BodySubscribers.ofByteArray();
  private Flow.Subscription subscription;
  private long received;
  private boolean failed;

  private BoundedBody(int limit) {
    this.limit = limit;
  }

  /** Keeps at most {@code limit} bytes. */
  public static BodyHandler<byte[]> handler(int limit) {
    return response -> new BoundedBody(limit);
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return kept.getBody();
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    kept.onSubscribe(given);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    if (failed) {
      return;
    }
    for (ByteBuffer buffer : buffers) {
      received += buffer.remaining();
    }
    if (received > limit) {
      failed = true;
      subscription.cancel();
      kept.onError(new IOException("the answer is longer than " + limit + " bytes"));
    } else {
      kept.onNext(buffers);
    }
  }

  @Override
  public void onError(Throwable failure) {
    if (!failed) {
      kept.onError(failure);
    }
  }

  @Override
  public void onComplete() {
    if (!failed) {
      kept.onComplete();
    }
  }
}
