package io.macpool.operator;

import static io.macpool.operator.OperatorBench.cluster;
import static io.macpool.operator.OperatorBench.eventually;
import static io.macpool.operator.OperatorBench.pool;
import static io.macpool.operator.WorkerClusterContract.condition;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.operator.api.HardwarePoolStatus;
import io.macpool.sim.amqp.AmqpSimulator;
import io.macpool.sim.amqp.JobPublisher;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScalingIT {

  private static final String QUEUE = "builds.macstadium6";
  private static final String SCALING =
      "  scaling: {queue: builds.macstadium6, minJobs: 1, scaleDownStabilization: 1s}";

  private OperatorBench bench;

  @AfterEach
  void stop() {
    bench.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theLimitFollowsTheQueueUpAtOnceAndHoldsWhenItCantBeRead(boolean management) {
    try (AmqpSimulator amqp = AmqpSimulator.start();
        JobPublisher publisher = JobPublisher.connect(amqp.uri())) {
      publisher.declareQueue(QUEUE);
      bench =
          new OperatorBench(
                  management ? "--rabbitmq-management-uri" : "--amqp-uri",
                  (management ? amqp.managementUrl() : amqp.uri()).toString(),
                  "--queue-poll-interval",
                  "100ms",
                  "--queue-depth-tolerance",
                  "500ms")
              .start();
      bench.apply(cluster("wc", 8, 3, SCALING));
      eventually(() -> assertThat(bench.workers.sizes("wc")).containsExactly(1, 0, 0));
      publisher.publish(QUEUE, Collections.nCopies(6, "{}"));
      eventually(() -> assertThat(bench.workers.sizes("wc")).containsExactly(2, 2, 2));
      eventually(
          () -> {
            assertThat(bench.status("wc").desiredJobs).isEqualTo(6);
            assertThat(bench.status("wc").queueDepth).isEqualTo(6);
            assertThat(condition(bench.status("wc"), "Scaling")).isEqualTo("True FollowingQueue");
            assertThat(bench.metrics())
                .contains("queue_depth{queue=\"" + QUEUE + "\"} 6.0")
                .contains("queue_known{queue=\"" + QUEUE + "\"} 1.0");
          });
      assertThat(bench.events("wc")).as("not read yet is no warning").doesNotContain("Holding");
      if (!management) {
        amqp.stop();
        eventually(
            () -> assertThat(condition(bench.status("wc"), "Scaling")).isEqualTo("False Holding"));
        assertThat(bench.workers.alive("wc")).isEqualTo(6);
      }
    }
  }

  @Test
  void manyQueuesAreFollowedOverOneConnection() {
    try (AmqpSimulator amqp = AmqpSimulator.start();
        JobPublisher publisher = JobPublisher.connect(amqp.uri())) {
      bench =
          new OperatorBench("--amqp-uri", amqp.uri().toString(), "--queue-poll-interval", "50ms")
              .start();
      for (int jobs = 1; jobs <= 3; jobs++) {
        String queue = "builds." + jobs;
        publisher.declareQueue(queue);
        publisher.publish(queue, Collections.nCopies(jobs, "{}"));
        bench.apply(cluster("wc" + jobs, 8, 8, "  scaling: {queue: " + queue + "}"));
      }
      for (int jobs = 1; jobs <= 3; jobs++) {
        String name = "wc" + jobs;
        int wanted = jobs;
        eventually(() -> assertThat(bench.workers.alive(name)).isEqualTo(wanted));
      }
      assertThat(amqp.connections()).as("the publisher's and the operator's").isEqualTo(2);
    }
  }

  @Test
  void slotsOfAPoolAreSharedByWeightAndLentUntilTheyAreWanted() {
    bench = new OperatorBench().start();
    bench.workers.prepare(FakeWorker::busy);
    bench.apply(pool("macs", 6));
    bench.apply(cluster("first", 8, 2, "  hardwarePool: macs"));
    eventually(() -> assertThat(bench.workers.alive("first")).isEqualTo(6));
    bench.apply(cluster("second", 8, 2, "  hardwarePool: macs\n  weight: 2"));
    // The first has lent slots; they come back as its jobs end, never before.
    eventually(
        () ->
            assertThat(bench.workers.of("first").stream().mapToInt(FakeWorker::expected).sum())
                .isEqualTo(2));
    assertThat(bench.workers.alive("first")).isEqualTo(6);
    assertThat(bench.workers.alive("second")).isZero();
    bench.workers.of("first").get(0).finishJob();
    bench.workers.of("first").forEach(FakeWorker::finishAllJobs);
    eventually(() -> assertThat(bench.workers.alive("second")).isEqualTo(4));
    assertThat(bench.workers.alive("first")).isEqualTo(2);
    eventually(
        () -> {
          HardwarePoolStatus status = bench.pool("macs").getStatus();
          assertThat(status.slots).isEqualTo(6);
          assertThat(status.grants).extracting(grant -> grant.share).containsExactly(2, 4);
        });
    eventually(
        () ->
            assertThat(condition(bench.status("first"), "Scaling"))
                .isEqualTo("True HardwarePoolFull"));
    String pool = "{namespace=\"" + bench.namespace + "\",pool=\"macs\"} ";
    eventually(
        () ->
            assertThat(bench.metrics())
                .contains("pool_slots" + pool + "6.0", "pool_slots_used" + pool + "6.0")
                .contains("pool_jobs_waiting" + pool + "10.0"));
  }

  @Test
  void withoutItsPoolAClusterHoldsAndSaysSo() {
    bench = new OperatorBench().start();
    bench.apply(cluster("wc", 4, 2, "  hardwarePool: absent"));
    eventually(
        () ->
            assertThat(condition(bench.status("wc"), "Degraded"))
                .isEqualTo("True HardwarePoolMissing"));
    assertThat(bench.workers.mostAlive("wc")).isZero();
    bench.apply(pool("absent", 4));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(4));
  }
}
