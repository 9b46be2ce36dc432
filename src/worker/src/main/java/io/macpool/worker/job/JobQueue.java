package io.macpool.worker.job;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Where jobs come from. */
public interface JobQueue {

  /** Waits for one job. While the queue is out of reach it waits on, and goes on by itself. */
  Take take();

  /** Why no job can come at the moment; empty if all is well. */
  Optional<String> outage();

  /** Says who is told of messages whose jobs run here. */
  void attend(Runs runs);

  /** What runs here, for a queue that hands messages out again or to others. */
  interface Runs {

    /** Nothing. */
    Runs NONE =
        new Runs() {
          @Override
          public boolean adopt(Delivery again) {
            return false;
          }

          @Override
          public void takenElsewhere(String key) {
            // nothing runs
          }
        };

    /** Gives a message back to the run that lost it; false if there is none. */
    boolean adopt(Delivery again);

    /** Somebody else runs the job of this message by now. */
    void takenElsewhere(String key);
  }

  /** A wait for one job. */
  interface Take {

    /** The job; or nothing, after a cancel. Never fails. */
    CompletableFuture<Optional<Delivery>> delivery();

    /** Wait no longer. A job that comes in the same moment is either handed over or given back. */
    void cancel();
  }
}
