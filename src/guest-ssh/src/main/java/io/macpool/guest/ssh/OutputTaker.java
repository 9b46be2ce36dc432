package io.macpool.guest.ssh;

import java.util.concurrent.CompletableFuture;

/** Takes a command's output as it comes. */
@FunctionalInterface
public interface OutputTaker {

  /** Takes the bytes at once (the array is used again); more come when the future completes. */
  CompletableFuture<Void> take(byte[] bytes, int offset, int length);
}
