package io.macpool.worker.job.processor;

import java.util.concurrent.CompletableFuture;

/** Lets a processor take a job only while there may be room for it. */
public interface SlotGate {

  /** Room for one job, once granted. */
  interface Hold {

    /** Completes when a job may be taken. */
    CompletableFuture<Void> granted();

    /** A job came: the room will not be withdrawn any more. */
    void use();

    /** The job is over, or none came, or it is no longer wanted. May be called twice. */
    void release();
  }

  /**
   * Asks for room.
   *
   * @param withdrawn told if room that was granted and not yet used is needed back; the hold is
   *     then released by its holder
   */
  Hold ask(Runnable withdrawn);

  /** Always room: for a broker that does not tell its capacity. */
  static SlotGate open() {
    Hold always =
        new Hold() {
          @Override
          public CompletableFuture<Void> granted() {
            return CompletableFuture.completedFuture(null);
          }

          @Override
          public void use() {
            // always granted
          }

          @Override
          public void release() {
            // nothing was taken
          }
        };
    return withdrawn -> always;
  }
}
