package io.macpool.broker.net;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/** A body kept in memory up to a limit; a longer one fails the exchange. */
final class BoundedBody implements BodySubscriber<byte[]> {

  private final int limit;
  private final Consumer<IOException> tooLong;
  private final BodySubscriber<byte[]> kept = BodySubscribers.ofByteArray();

  @SuppressWarnings("NullAway.Init") // onSubscribe comes before all else
  private Flow.Subscription subscription;

  private long received;
  private boolean failed;

  /**
   * Keeps at most {@code limit} bytes.
   *
   * @param tooLong is told why it failed before it does: a cancelled exchange says only that it was
   *     cancelled
   */
  BoundedBody(int limit, Consumer<IOException> tooLong) {
    this.limit = limit;
    this.tooLong = tooLong;
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
      IOException reason = new IOException("the answer is longer than " + limit + " bytes");
      tooLong.accept(reason);
      subscription.cancel();
      kept.onError(reason);
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
