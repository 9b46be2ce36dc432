package io.macpool.guest.ssh;

import java.security.PublicKey;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.sshd.common.config.keys.KeyUtils;

/**
 * The host key of one instance: whatever it shows first, and for the rest of its life that one. An
 * instance is made by our broker a moment before, on a network of ours; what is left to guard
 * against is another machine on its address later on.
 */
public final class HostKeyPin {

  private final AtomicReference<PublicKey> first = new AtomicReference<>();
  private volatile boolean mismatched;

  /** Whether {@code shown} is the pinned key; pins it if none is. */
  boolean accepts(PublicKey shown) {
    boolean same = first.compareAndSet(null, shown) || KeyUtils.compareKeys(first.get(), shown);
    mismatched |= !same;
    return same;
  }

  /** One for an attempt of several at once: only that of the one that wins is {@link #adopt}ed. */
  HostKeyPin attempt() {
    HostKeyPin attempt = new HostKeyPin();
    attempt.first.set(first.get());
    return attempt;
  }

  /** Pins what the attempt that won was shown, if nothing is pinned. */
  void adopt(HostKeyPin attempt) {
    first.compareAndSet(null, attempt.first.get());
  }

  /** Whether another key than the pinned one was ever shown. */
  boolean isMismatched() {
    return mismatched;
  }
}
