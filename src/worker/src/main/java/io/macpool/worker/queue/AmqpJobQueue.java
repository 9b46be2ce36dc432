package io.macpool.worker.queue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import io.macpool.core.claim.RunClaimPlanner.Ending;
import io.macpool.worker.job.JobQueue;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue of jobs. Each wait for a job has a channel of its own with a prefetch of one: what is
 * not wanted yet stays in the queue, where others can have it. A message that others may have had
 * goes into {@link HeldDeliveries}, and the wait goes on with another channel.
 */
public final class AmqpJobQueue implements JobQueue, HeldDeliveries.Owner {

  private static final Logger log = LoggerFactory.getLogger(AmqpJobQueue.class);

  /** Messages held for jobs that run elsewhere; with more, a wait pauses. */
  private static final int MOST_HELD = 200;

  private static final Duration PAUSE_WHEN_FULL = Duration.ofSeconds(5);

  private final AmqpConnection connection;
  private final String queue;
  private final int priority;
  private final RunLocks locks;
  private final JobEndRecords endings;
  private final HeldDeliveries custody;
  private final AmqpThreads threads;
  private final Executor blocking;
  private final ScheduledExecutorService scheduler;
  private final Set<Wait> waits = ConcurrentHashMap.newKeySet();
  private volatile Runs runs = Runs.NONE;
  private volatile Optional<Duration> consumerTimeout = Optional.empty();

  /**
   * A queue on a connection that is not started yet.
   *
   * @param reports where the end of a job that came again is reported once more
   * @param lease how long a runner may be out of reach before somebody else runs its job
   */
  public AmqpJobQueue(
      AmqpConnection connection,
      AmqpReports reports,
      String queue,
      int priority,
      Duration lease,
      AmqpThreads threads) {
    this.connection = connection;
    this.queue = queue;
    this.priority = priority;
    this.threads = threads;
    this.blocking = threads.blocking();
    this.scheduler = threads.scheduler();
    this.locks = new RunLocks(connection, lease, threads);
    this.endings = new JobEndRecords(connection, reports, locks);
    this.custody = new HeldDeliveries(locks, endings, this, threads);
    locks.lookForEnds(key -> endings.find(key) != Ending.NONE);
    locks.onTaken(key -> runs.takenElsewhere(key));
  }

  @Override
  public void attend(Runs running) {
    runs = running;
  }

  @Override
  public Take take() {
    Wait wait = new Wait();
    waits.add(wait);
    wait.begin();
    return wait;
  }

  @Override
  public Optional<String> outage() {
    return connection
        .outage()
        .or(() -> waits.stream().flatMap(wait -> wait.outage().stream()).findFirst());
  }

  /** What somebody should look at, though jobs are run. */
  public Optional<String> warning() {
    return consumerTimeout.map(ConsumerTimeout::advice);
  }

  /** Messages held for jobs that run elsewhere. */
  public int held() {
    return custody.size();
  }

  @Override
  public boolean hasProcessor() {
    return !waits.isEmpty();
  }

  @Override
  public boolean run(AmqpDelivery delivery) {
    for (Wait wait : waits) {
      if (wait.result.complete(Optional.of(delivery))) {
        waits.remove(wait);
        blocking.execute(wait::end);
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean adopt(AmqpDelivery delivery) {
    return runs.adopt(delivery);
  }

  private final class Wait implements Take {

    private final CompletableFuture<Optional<io.macpool.worker.job.Delivery>> result =
        new CompletableFuture<>();
    private final AtomicBoolean isLeft = new AtomicBoolean();
    private final SupervisedChannel channel =
        new SupervisedChannel("jobs", connection, this::consume, threads);
    private volatile @Nullable Arrivals arrivals;

    void begin() {
      channel.begin();
    }

    Optional<String> outage() {
      return channel.outage();
    }

    @Override
    public CompletableFuture<Optional<io.macpool.worker.job.Delivery>> delivery() {
      return result;
    }

    @Override
    public void cancel() {
      if (result.complete(Optional.empty())) {
        waits.remove(this);
        run(this::end);
      }
    }

    private void run(Runnable work) {
      try {
        blocking.execute(work);
      } catch (RejectedExecutionException e) {
        result.complete(Optional.empty()); // the worker closes
      }
    }

    private void consume(Channel on) throws IOException {
      Declarations.queue(on.getConnection(), queue);
      on.addShutdownListener(this::closed);
      on.confirmSelect(); // for the end of the job, which then need not wait for it
      on.basicQos(1);
      Arrivals consumer = new Arrivals(this, on);
      on.basicConsume(
          queue, false, consumer.tag, false, false, Map.of("x-priority", priority), consumer);
      arrivals = consumer;
      if (result.isDone()) {
        leave();
      }
    }

    private void closed(ShutdownSignalException cause) {
      ConsumerTimeout.of(cause)
          .ifPresent(
              limit -> {
                ConsumerTimeout.explain(cause);
                consumerTimeout = Optional.of(limit);
              });
    }

    private void take(Channel on, AmqpDelivery taken) {
      if (isFirstHere(taken)) {
        handOver(on, taken);
      } else {
        channel.release(on); // whoever is given it may be this very wait
        custody.hold(taken);
        goOn(on);
      }
    }

    /** Whether nobody can have it but us; if that can't be told, it goes into custody. */
    private boolean isFirstHere(AmqpDelivery taken) {
      try {
        return !taken.isRedelivered() && !locks.isHeld(taken.key()) && locks.take(taken.key());
      } catch (IOException | RuntimeException e) {
        log.debug("a job's lock can't be taken yet: {}", AmqpConnection.phrase(e));
        return false;
      }
    }

    private void handOver(Channel on, AmqpDelivery taken) {
      channel.giveAway(on);
      waits.remove(this);
      if (!result.complete(Optional.of(taken)) && !AmqpJobQueue.this.run(taken)) {
        taken.giveBack();
      }
    }

    private void goOn(Channel on) {
      if (result.isDone()) {
        channel.giveAway(on);
      } else if (custody.size() < MOST_HELD) {
        channel.replace(on);
      } else {
        log.warn("{} messages are held for jobs that run elsewhere: taking no more", MOST_HELD);
        try {
          ScheduledFuture<?> unused =
              scheduler.schedule(
                  () -> channel.replace(on), PAUSE_WHEN_FULL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
          result.complete(Optional.empty());
        }
      }
    }

    private void end() {
      Optional<Channel> unused = channel.retire();
      leave();
    }

    /** Once it consumes and is no longer wanted; each of the two calls it, the later one counts. */
    private void leave() {
      Arrivals consumer = arrivals;
      if (consumer != null && isLeft.compareAndSet(false, true)) {
        consumer.leave();
      }
    }
  }

  /**
   * The consumer of one wait's channel. It leaves in order: what the broker has sent until it
   * confirms the cancel is given to somebody else, and not thrown back with the channel. A message
   * that comes again is one that others may run, and is waited for.
   */
  private final class Arrivals extends DefaultConsumer {

    private final Wait wait;
    private final String tag = UUID.randomUUID().toString();
    private volatile @Nullable AmqpDelivery held;

    Arrivals(Wait wait, Channel on) {
      super(on);
      this.wait = wait;
    }

    @Override
    public void handleDelivery(
        String consumer, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
      AmqpDelivery taken =
          new AmqpDelivery(
              new AmqpDelivery.Source(getChannel(), consumer, queue),
              new Delivery(envelope, properties, body),
              endings,
              locks,
              threads);
      held = taken;
      wait.run(() -> wait.take(getChannel(), taken));
    }

    @Override
    public void handleCancel(String consumer) {
      AmqpDelivery taken = held;
      if (taken == null) {
        wait.channel.reopen(
            getChannel(), "queue " + queue + " was deleted, or its node is gone: consuming anew");
      } else {
        log.info("queue {} was deleted, or its node is gone: a job runs on without it", queue);
        taken.withdrawn();
      }
    }

    void leave() {
      try {
        if (held == null) {
          getChannel().basicCancel(tag);
        }
      } catch (IOException | RuntimeException e) {
        if (held == null) { // else whoever has the message settles it, and cancels before
          SupervisedChannel.abort(getChannel());
        }
      }
    }

    /** Comes after everything that was sent before it. */
    @Override
    public void handleCancelOk(String consumer) {
      AmqpDelivery taken = held;
      if (taken == null) {
        wait.run(() -> SupervisedChannel.abort(getChannel()));
      } else {
        taken.consumerCancelled();
      }
    }
  }
}
