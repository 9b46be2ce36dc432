package io.macpool.worker;

import static org.awaitility.Awaitility.await;

import io.macpool.sim.amqp.FrameGate;
import io.macpool.sim.amqp.ResultCollector;
import java.time.Duration;
import java.util.Collection;
import java.util.function.BooleanSupplier;

/** What a broker of jobs does to those who use it. */
enum BrokerMishap {
  /** The queue of jobs is deleted: consumers are cancelled, and what waited is gone. */
  CONSUMER_CANCELLED,
  /** The exchange of logs is deleted: who publishes to it loses the channel. */
  CHANNEL_ERROR,
  /** The queue of logs is full, and refuses. */
  LOGS_REFUSED,
  /** The queue of states is deleted: what is sent there comes back. */
  RESULTS_RETURNED,
  CONNECTION_CUT,
  /** The node on which all durable queues lie goes away, and comes back. */
  NODE_AWAY,
  /** Memory runs low: whoever publishes is read no more. */
  ALARM,
  /** Messages are taken back from who holds them for too long. */
  CONSUMER_TIMEOUT;

  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  /** RabbitMQ's own. */
  private static final Duration USUAL = Duration.ofMinutes(30);

  /**
   * What waits, and what was taken back from the job that runs, which nobody has room for. Those
   * that end may have been told of, and acked by a custodian, by then.
   */
  private static final int TAKEN_BACK = 2;

  /** Before any worker is there. */
  void prepare(Stage stage) {
    if (this == CONSUMER_TIMEOUT) {
      stage.operator().setConsumerTimeout(TIMEOUT);
    }
  }

  boolean takesWhatWaits() {
    return this == CONSUMER_CANCELLED;
  }

  /** Lets it happen; the gates are those by which workers come. */
  void strike(Stage stage, Collection<FrameGate> gates) {
    switch (this) {
      case CONSUMER_CANCELLED -> stage.operator().deleteQueue(stage.queue);
      case CHANNEL_ERROR -> stage.operator().deleteExchange("reporting");
      case LOGS_REFUSED -> stage.operator().refuse(ResultCollector.LOGS, true);
      case RESULTS_RETURNED -> stage.operator().deleteQueue(ResultCollector.STATES);
      case CONNECTION_CUT -> gates.forEach(FrameGate::cut);
      case NODE_AWAY -> stage.operator().stopNode();
      case ALARM -> stage.operator().setAlarm(true);
      case CONSUMER_TIMEOUT ->
          await().atMost(Stage.PATIENCE).until(() -> stage.waiting() >= TAKEN_BACK);
    }
  }

  /** Ends it, once jobs have come as far as they can. */
  void mend(Stage stage, BooleanSupplier allEnded) {
    switch (this) {
      case LOGS_REFUSED -> {
        await().atMost(Stage.PATIENCE).until(allEnded::getAsBoolean);
        stage.operator().refuse(ResultCollector.LOGS, false);
      }
      case NODE_AWAY -> {
        stage.awaitNoInstance();
        stage.operator().startNode();
      }
      case ALARM -> {
        stage.awaitNoInstance();
        stage.operator().setAlarm(false);
      }
      case CONSUMER_TIMEOUT -> {
        await().atMost(Stage.PATIENCE).until(allEnded::getAsBoolean);
        stage.operator().setConsumerTimeout(USUAL);
      }
      default -> {
        // It was over at once.
      }
    }
  }
}
