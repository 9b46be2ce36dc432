package io.macpool.worker.queue;

import static io.macpool.interleavings.Threads.check;
import static io.macpool.interleavings.Threads.together;

import com.rabbitmq.client.Connection;
import io.macpool.interleavings.Fault;
import io.macpool.interleavings.Harness;
import io.macpool.interleavings.Spawner;
import io.macpool.interleavings.Subject;
import io.macpool.interleavings.Timers;
import io.macpool.service.setting.Secret;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * A job's message is given back and comes to another processor of the same worker at once: who then
 * thinks that it has the lock has it, at the broker too.
 */
@Subject(value = RunLocks.class, planted = Fault.NO_MONITOR)
final class RunLocksInterleavings implements Harness {

  private static final String KEY = "job";
  private static final Duration LEASE = Duration.ofSeconds(25);

  private final Spawner threads = new Spawner();
  private final FakeAmqp broker = new FakeAmqp(threads);
  private final Timers timers = new Timers(10);

  static AmqpConnection connected(FakeAmqp broker, Timers timers) throws InterruptedException {
    AmqpConnection connection =
        new AmqpConnection(
            "test",
            new AmqpEndpoint(
                new Secret("amqp://guest@localhost"),
                Optional.empty(),
                Optional.empty(),
                "",
                false,
                Duration.ofSeconds(10)),
            broker.factory(),
            1,
            timers);
    CountDownLatch made = new CountDownLatch(1);
    Runnable unused = connection.onConnected(open -> made.countDown());
    connection.start();
    made.await();
    return connection;
  }

  @Override
  public void run() throws Exception {
    AmqpConnection connection = connected(broker, timers);
    RunLocks locks = new RunLocks(connection, LEASE, new AmqpThreads(threads, timers));
    check(locks.take(KEY), "a lock that nobody has was not given");
    together(() -> locks.release(KEY), () -> take(locks));
    threads.awaitAll();
    Connection ours = connection.current().orElseThrow();
    check(
        !locks.isHeld(KEY) || broker.owner(KEY + ".run") == ours,
        "it runs the job, and the lock is nobody's");
    check(locks.isHeld(KEY) || broker.owner(KEY + ".run") == null, "a lock is held for ever");
    timers.end();
    connection.close();
  }

  private static void take(RunLocks locks) throws IOException {
    if (!locks.isHeld(KEY)) {
      check(locks.take(KEY), "our own lock was not given");
    }
  }
}
