package io.macpool.brain.vsphere;

import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.vsphere.fault.Failures;
import io.macpool.brain.vsphere.fault.SoapFault;
import io.macpool.brain.vsphere.fault.TransportException;
import java.rmi.RemoteException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes calls on a bounded number of threads with a bounded queue before them. A call that found
 * its session at its end is made again with the next one, as it was not carried out; one that got
 * no answer is repeated only if that can do no harm.
 */
final class VimCaller implements AutoCloseable {

  private static final int WAITING = 4_096;
  private static final int ATTEMPTS = 3;
  private static final Duration SESSION_PATIENCE = Duration.ofSeconds(10);

  /** One call with a session. */
  interface Call<T> {
    T with(VimSession session) throws RemoteException;
  }

  private final Sessions sessions;
  private final CircuitBreaker breaker;
  private final ThreadPoolExecutor threads;
  private final CountDownLatch closing = new CountDownLatch(1);

  VimCaller(String name, int threads, Sessions sessions, CircuitBreaker breaker) {
    this.sessions = sessions;
    this.breaker = breaker;
    AtomicInteger number = new AtomicInteger();
    ThreadFactory factory =
        task -> {
          Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        };
    this.threads =
        new ThreadPoolExecutor(
            threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), factory);
    this.threads.allowCoreThreadTimeOut(true);
  }

  /** The threads themselves, for completing futures. */
  Executor executor() {
    return task -> {
      try {
        threads.execute(task);
      } catch (RejectedExecutionException e) {
        task.run(); // a completion must not be lost, not even while closing
      }
    };
  }

  /**
   * Makes a call.
   *
   * @param what is done to what, for a person
   * @param repeatable whether making it twice does no harm
   */
  <T> CompletableFuture<T> call(String what, boolean repeatable, Call<T> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      threads.execute(() -> complete(result, what, repeatable, call));
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(
          new HypervisorFailure.Unavailable(what + ": too many calls to vCenter wait already", e));
    }
    return result;
  }

  private <T> void complete(
      CompletableFuture<T> result, String what, boolean repeatable, Call<T> call) {
    try {
      result.complete(attempt(repeatable, call));
    } catch (RemoteException e) {
      result.completeExceptionally(Failures.of(what, e));
    } catch (RuntimeException e) {
      result.completeExceptionally(e);
    }
  }

  private <T> T attempt(boolean repeatable, Call<T> call) throws RemoteException {
    for (int attempt = 1; ; attempt++) {
      VimSession session = sessions.await(SESSION_PATIENCE);
      if (!breaker.admits()) {
        throw new TransportException(
            "vCenter did not answer several calls in a row; it is left alone for a moment",
            false,
            null);
      }
      try {
        T result = call.with(session);
        breaker.answered();
        return result;
      } catch (SoapFault e) {
        breaker.answered();
        if (!e.is("NotAuthenticated") || attempt >= ATTEMPTS) {
          throw e;
        }
        sessions.replace(session, "the session had ended");
      } catch (TransportException e) {
        breaker.failed();
        boolean harmless = repeatable || !e.sent();
        if (!harmless || attempt >= ATTEMPTS || !rest(attempt)) {
          throw e;
        }
      }
    }
  }

  /** A pause with jitter; false if there is no time for one, as we are closing. */
  private boolean rest(int attempt) {
    long most = 200L << attempt;
    try {
      long millis = most / 2 + ThreadLocalRandom.current().nextLong(most / 2);
      return !closing.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    closing.countDown();
    threads.shutdownNow();
    try {
      threads.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
