package io.macpool.scaleset.github;

import java.util.List;
import java.util.OptionalInt;

/**
 * One message of a session's queue.
 *
 * @param assigned jobs that are the scale set's now, running ones included; empty if it did not say
 */
public record QueueMessage(long id, OptionalInt assigned, List<JobMessage> jobs) {

  public QueueMessage {
    jobs = List.copyOf(jobs);
  }
}
