package io.macpool.core.simulation;

import io.macpool.core.simulation.Link.Refused;
import io.macpool.core.simulation.VirtualTime.Life;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/**
 * What RabbitMQ keeps and does: queues of jobs with consumers, and the queue of reports; locks and
 * ends lie beside. Each method is one thing that it does at one moment.
 */
final class JobBroker {

  /**
   * A job's message.
   *
   * @param key tells it from any other, however often it comes
   * @param job of the scheduler
   * @param comesAgain it was handed out before, or is a copy of one that was
   * @param returns how often a queue that counts that has got it back
   */
  record Message(String key, int job, boolean comesAgain, int returns) {

    Message back(boolean counted) {
      return new Message(key, job, true, returns + (counted ? 1 : 0));
    }
  }

  private static final class Queue {
    private final Deque<Message> ready = new ArrayDeque<>();
    private final List<Channel> channels = new ArrayList<>();
    private boolean gone;
  }

  final Life life = new Life(1);
  final ExclusiveQueues locks;
  final EndQueues ends = new EndQueues();
  private final VirtualTime time;
  private final JobPromises promises;
  private final OptionalInt deliveryLimit;
  private final Map<String, Queue> queues = new TreeMap<>();
  private final Set<Link> links = new LinkedHashSet<>();
  private boolean away;
  private boolean failsReports;

  /**
   * Makes one.
   *
   * @param deliveryLimit how often a message may come back before it is dropped
   */
  JobBroker(VirtualTime time, JobPromises promises, OptionalInt deliveryLimit) {
    this.time = time;
    this.promises = promises;
    this.deliveryLimit = deliveryLimit;
    this.locks = new ExclusiveQueues(time);
  }

  boolean isAway() {
    return away;
  }

  void connected(Link link) {
    links.add(link);
  }

  /** It finds a connection dead, or closes it: all that was on it goes back. */
  void close(Link link) {
    if (!links.remove(link)) {
      return;
    }
    link.closeAtBroker();
    List<Channel> channels = new ArrayList<>();
    queues.values().forEach(queue -> channels.addAll(queue.channels));
    channels.removeIf(channel -> channel.link != link);
    channels.forEach(JobBroker::shut);
    channels.forEach(this::leave);
    locks.close(link);
  }

  /** It goes, and comes back with what is durable. */
  void restart(Duration length) {
    time.note("the job broker is away for " + length);
    away = true;
    links.stream().toList().forEach(this::close);
    time.in(
        length,
        life,
        () -> {
          away = false;
          queues.keySet().forEach(this::dispatch);
        });
  }

  private Queue queue(String name) {
    return queues.computeIfAbsent(name, unused -> new Queue());
  }

  /** The scheduler queues a job; false if it can't for now. */
  boolean put(String queue, Message message) {
    if (away || queue(queue).gone) {
      return false;
    }
    queue(queue).ready.addLast(message);
    dispatch(queue);
    return true;
  }

  void consume(Channel channel) {
    Queue queue = queue(channel.queue);
    if (queue.gone) {
      throw new Refused("its node is gone");
    }
    channel.consumes = true;
    queue.channels.add(channel);
    dispatch(channel.queue);
  }

  void stopConsuming(Channel channel) {
    channel.consumes = false;
  }

  private void dispatch(String name) {
    Queue queue = queue(name);
    while (!away && !queue.gone && !queue.ready.isEmpty()) {
      List<Channel> free =
          queue.channels.stream()
              .filter(one -> one.consumes && one.openAtBroker && one.unacked.isEmpty())
              .toList();
      if (free.isEmpty()) {
        return;
      }
      Channel channel = free.get(time.chance().nextInt(free.size()));
      Message message = queue.ready.removeFirst();
      channel.unacked = Optional.of(message);
      time.note(message + " goes to " + channel);
      channel.link.tell(() -> deliver(channel, message));
    }
  }

  private static void deliver(Channel channel, Message message) {
    if (channel.isOpen()) {
      channel.user().delivered(message);
    }
  }

  /** One that holds nothing any more is taken, and does nothing. */
  void ack(Channel channel) {
    channel.unacked.ifPresent(
        message -> {
          channel.unacked = Optional.empty();
          promises.acked(message.key(), isThere(message.key()));
        });
  }

  /** Whether a copy of it is left somewhere. */
  private boolean isThere(String key) {
    return queues.values().stream()
        .anyMatch(
            queue ->
                queue.ready.stream().anyMatch(one -> one.key().equals(key))
                    || queue.channels.stream()
                        .anyMatch(c -> c.unacked.filter(m -> m.key().equals(key)).isPresent()));
  }

  /** The holder gives it back. */
  void requeue(Channel channel) {
    channel.unacked.ifPresent(message -> back(channel, message));
  }

  private void back(Channel channel, Message message) {
    channel.unacked = Optional.empty();
    Message again = message.back(deliveryLimit.isPresent());
    time.note(again + " is back");
    if (deliveryLimit.isPresent() && again.returns() > deliveryLimit.getAsInt()) {
      time.note(message.key() + " has come back too often and is dropped");
      promises.acked(message.key(), isThere(message.key()));
    } else {
      queue(channel.queue).ready.addFirst(again);
      dispatch(channel.queue);
    }
  }

  private static void shut(Channel channel) {
    channel.openAtBroker = false;
    channel.consumes = false;
  }

  /** A channel is closed, by whomever. */
  void leave(Channel channel) {
    shut(channel);
    queue(channel.queue).channels.remove(channel);
    requeue(channel);
  }

  /** Takes back what was unacked for too long: its channel is closed with it. */
  void takeBack(String name, int howMany) {
    for (Channel channel : List.copyOf(queue(name).channels)) {
      if (howMany > 0 && channel.unacked.isPresent() && time.chance().nextBoolean()) {
        howMany--;
        time.note(channel.unacked.get().key() + " was unacked for too long");
        leave(channel);
        channel.link.tell(channel::closedByBroker);
      }
    }
  }

  /** The node of a queue goes and comes: what was unacked goes back, and no ack of it counts. */
  void loseNode(String name, Duration length) {
    Queue queue = queue(name);
    if (queue.gone) {
      return;
    }
    time.note("the node of " + name + " is gone for " + length);
    queue.gone = true;
    for (Channel channel : List.copyOf(queue.channels)) {
      channel.unacked.ifPresent(message -> queue.ready.addFirst(message.back(false)));
      channel.unacked = Optional.empty();
      queue.channels.remove(channel);
      if (channel.consumes) {
        channel.consumes = false;
        channel.link.tell(() -> channel.user().cancelled());
      }
    }
    time.in(
        length,
        life,
        () -> {
          queue.gone = false;
          dispatch(name);
        });
  }

  /** Whether the queue is there: asked after an ack. */
  boolean hasQueue(String name) {
    if (queue(name).gone) {
      throw new Refused("its node is gone");
    }
    return true;
  }

  /** A report comes to its queue, or is refused; its confirm may be lost with the connection. */
  void report(Link link, Report report) {
    if (failsReports && time.happens(0.05)) {
      throw new Refused("the queue of reports is full");
    }
    promises.reported(report);
    if (failsReports && time.happens(0.1)) {
      time.note("the confirm of " + report.id() + " is lost");
      link.cut();
      close(link);
      time.in(time.millis(1, 500), life, link::lose);
    }
  }

  void failReports(boolean whether) {
    failsReports = whether;
  }

  // For the operator, and for the end.

  long ready(String name) {
    return queue(name).ready.size();
  }

  long unacked(String name) {
    return queue(name).channels.stream().filter(one -> one.unacked.isPresent()).count();
  }
}
