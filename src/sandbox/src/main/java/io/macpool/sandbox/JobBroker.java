package io.macpool.sandbox;

import io.macpool.sim.amqp.rabbit.WaitingMessage;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The job broker of a run: where clients find it, and what operators and fate do to it. */
interface JobBroker {

  /** Where the services connect; credentials included. */
  URI uri();

  /**
   * The same broker past all outages of connections: for a scheduler, whose lost or doubled
   * messages would pass for the system's.
   */
  URI steadyUri();

  /** How long a message may be held, on channels that are opened from now on. */
  void setConsumerTimeout(Duration timeout);

  /** Cuts the services' connections, and lets them come again. */
  void cut();

  /** Cuts the services' connections, and lets none in until {@link #resume}. */
  void stop();

  void resume();

  /** The node on which durable queues lie goes; {@code run} brings it back. */
  Runnable takeNodeAway();

  /** The queue of logs refuses every message, or does so no more. */
  void refuseLogs(boolean refused);

  /**
   * Deletes a queue.
   *
   * @return what waited in it; empty if the queue is out of reach
   */
  Optional<List<WaitingMessage>> deleteQueue(String queue);
}
