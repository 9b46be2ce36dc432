package io.macpool.core.simulation;

import io.macpool.core.simulation.JobBroker.Message;
import io.macpool.core.simulation.Link.Refused;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One channel with a prefetch of one: what both ends know of it. */
final class Channel {

  /** Who consumes on it. */
  interface User {
    void delivered(Message message);

    void cancelled();

    void closed();
  }

  final Link link;
  final String queue;

  // What the job broker knows.
  boolean openAtBroker = true;
  boolean consumes;
  Optional<Message> unacked = Optional.empty();

  private final User user;
  private final String name;
  private boolean openAtWorker = true;

  Channel(Link link, String queue, String name, User user) {
    this.name = name;
    this.link = link;
    this.queue = queue;
    this.user = user;
  }

  @Override
  public String toString() {
    return name;
  }

  User user() {
    return user;
  }

  boolean isOpen() {
    return openAtWorker && link.isOpen();
  }

  <T> void call(Supplier<T> atBroker, Consumer<T> then, Runnable failed) {
    if (!isOpen()) {
      link.call(
          () -> {
            throw new Refused("closed");
          },
          never -> {},
          failed);
      return;
    }
    link.call(
        () -> {
          if (!openAtBroker) {
            throw new Refused("closed");
          }
          return atBroker.get();
        },
        then,
        failed);
  }

  /** Says something that is not answered. */
  void send(Runnable atBroker) {
    if (isOpen()) {
      link.send(
          () -> {
            if (openAtBroker) {
              atBroker.run();
            }
          });
    }
  }

  /** The worker uses it no more. */
  void forget() {
    openAtWorker = false;
  }

  /** The worker hears that the job broker has closed it. */
  void closedByBroker() {
    if (openAtWorker) {
      openAtWorker = false;
      user.closed();
    }
  }
}
