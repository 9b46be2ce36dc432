package io.macpool.sandbox;

import io.macpool.sim.amqp.AmqpSimulator;
import io.macpool.sim.amqp.ResultCollector;
import io.macpool.sim.amqp.rabbit.WaitingMessage;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A job broker in this JVM. Its only node has all durable queues. */
record SimulatedJobBroker(AmqpSimulator amqp) implements JobBroker {

  private static final String REFUSE = "refuse-logs";

  @Override
  public URI uri() {
    return amqp.uri();
  }

  @Override
  public URI steadyUri() {
    return amqp.steadyUri();
  }

  @Override
  public void setConsumerTimeout(Duration timeout) {
    amqp.broker().setConsumerTimeout(timeout);
  }

  @Override
  public void cut() {
    amqp.dropConnections();
  }

  @Override
  public void stop() {
    amqp.stop();
  }

  @Override
  public void resume() {
    amqp.resume();
  }

  @Override
  public Runnable takeNodeAway() {
    List<String> queues = amqp.broker().durableQueues();
    queues.forEach(amqp.broker()::leaderAway);
    return () -> queues.forEach(amqp.broker()::leaderBack);
  }

  @Override
  public void refuseLogs(boolean refused) {
    if (refused) {
      Map<String, Object> full = Map.of("max-length", 0, "overflow", "reject-publish");
      amqp.broker().setPolicy(REFUSE, "^" + ResultCollector.LOGS + "$", full);
    } else {
      amqp.broker().clearPolicy(REFUSE);
    }
  }

  @Override
  public Optional<List<WaitingMessage>> deleteQueue(String queue) {
    return Optional.of(amqp.broker().deleteQueue(queue));
  }
}
