package io.macpool.sandbox;

import io.macpool.sim.amqp.JobPublisher;
import io.macpool.sim.amqp.RabbitMqCluster;
import io.macpool.sim.amqp.RabbitMqCluster.Node;
import io.macpool.sim.amqp.RabbitMqManagement;
import io.macpool.sim.amqp.ResultCollector;
import io.macpool.sim.amqp.rabbit.WaitingMessage;
import io.macpool.sim.net.TcpGate;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Two nodes of a real RabbitMQ. Clients are connected to the first; the queues of jobs, states and
 * logs begin on the second, the one that goes away, and queues that are declared later lie on
 * either.
 */
final class RabbitMqJobBroker implements JobBroker, AutoCloseable {

  private static final String REFUSE = "refuse-logs";

  private final RabbitMqCluster cluster;
  private final RabbitMqManagement management;
  private final TcpGate gate;
  private volatile boolean refusing;

  private RabbitMqJobBroker(RabbitMqCluster cluster) {
    this.cluster = cluster;
    management = new RabbitMqManagement(cluster.management(Node.FIRST));
    gate = TcpGate.open("127.0.0.1", cluster.amqp(Node.FIRST).getPort(), 0);
  }

  /**
   * Starts both nodes.
   *
   * @throws IllegalStateException if they do not come up
   */
  static RabbitMqJobBroker start(String jobQueue) {
    RabbitMqCluster cluster = RabbitMqCluster.start();
    try {
      RabbitMqJobBroker broker = new RabbitMqJobBroker(cluster);
      broker.management.setPolicyOfPattern(
          "either-node", "^(builds|worker\\.ending)\\.", Map.of("queue-master-locator", "random"));
      URI second = cluster.amqp(Node.SECOND);
      ResultCollector.start(second).close();
      try (JobPublisher publisher = JobPublisher.connect(second)) {
        publisher.declareQueue(jobQueue);
      }
      return broker;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  @Override
  public URI uri() {
    return URI.create("amqp://guest:guest@127.0.0.1:" + gate.port() + "/%2F");
  }

  @Override
  public URI steadyUri() {
    return cluster.amqp(Node.FIRST);
  }

  @Override
  public void setConsumerTimeout(Duration timeout) {
    for (Node node : Node.values()) {
      cluster.setConsumerTimeout(node, timeout);
    }
  }

  @Override
  public void cut() {
    gate.cut();
  }

  @Override
  public void stop() {
    gate.stop();
  }

  @Override
  public void resume() {
    gate.start();
  }

  @Override
  public Runnable takeNodeAway() {
    cluster.stop(Node.SECOND);
    return () -> {
      cluster.start(Node.SECOND);
      if (!refusing) {
        forgetRefusal();
      }
    };
  }

  /**
   * A queue whose node was away while its policy was cleared has it still: only another change to
   * the policy lets RabbitMQ look again (3.10).
   */
  private void forgetRefusal() {
    management.setPolicy(REFUSE, ResultCollector.LOGS, Map.of("max-length", 1_000_000));
    management.clearPolicy(REFUSE);
  }

  @Override
  public void refuseLogs(boolean refused) {
    refusing = refused;
    if (refused) {
      Map<String, Object> full = Map.of("max-length", 0, "overflow", "reject-publish");
      management.setPolicy(REFUSE, ResultCollector.LOGS, full);
    } else {
      management.clearPolicy(REFUSE);
    }
  }

  @Override
  public Optional<List<WaitingMessage>> deleteQueue(String queue) {
    try (JobPublisher operator = JobPublisher.connect(steadyUri())) {
      return Optional.of(operator.deleteQueue(queue));
    } catch (IllegalStateException outOfReach) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    gate.close();
    cluster.close();
  }
}
