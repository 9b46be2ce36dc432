package io.macpool.core.simulation;

import io.macpool.core.job.Verdict;
import io.macpool.core.simulation.JobBroker.Message;
import io.macpool.core.simulation.VirtualTime.Life;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Queues jobs, and queues anew what is reset. */
final class Scheduler {

  private final VirtualTime time;
  private final JobBroker broker;
  private final Life life = new Life(1);
  private final Map<Integer, QueuedJob> jobs = new LinkedHashMap<>();
  private final Map<Integer, Verdict> finished = new LinkedHashMap<>();
  private int attempts;
  private int resets;

  Scheduler(VirtualTime time, JobBroker broker, JobPromises promises) {
    this.time = time;
    this.broker = broker;
    promises.onEnd(this::ended);
  }

  /** Bursts of jobs for so long. */
  void begin(List<String> queues, Duration length) {
    for (Duration at = Duration.ZERO;
        at.compareTo(length) < 0;
        at = at.plus(time.seconds(5, 300))) {
      time.in(at, life, () -> burst(queues.get(time.chance().nextInt(queues.size()))));
    }
  }

  private void burst(String queue) {
    for (int i = 1 + time.chance().nextInt(6); i > 0; i--) {
      Duration length = time.happens(0.2) ? time.seconds(200, 900) : time.seconds(5, 150);
      QueuedJob job = new QueuedJob(jobs.size() + 1, queue, length, time.happens(0.2) ? 1 : 0);
      jobs.put(job.id(), job);
      queue(job, 0);
    }
  }

  private void queue(QueuedJob job, int startFailures) {
    String key = "job%d.%d".formatted(job.id(), ++attempts);
    job.failures().put(key, startFailures);
    time.note(key + " is queued for " + job.length());
    put(job.queue(), new Message(key, job.id(), false, 0));
  }

  private void put(String queue, Message message) {
    if (!broker.put(queue, message)) {
      time.in(Duration.ofSeconds(1), life, () -> put(queue, message));
    }
  }

  private void ended(Report report) {
    if (report.verdict() == Verdict.RESET) {
      resets++;
      QueuedJob job = job(report.job());
      time.in(time.seconds(1, 10), life, () -> queue(job, report.startFailures()));
    } else {
      finished.put(report.job(), report.verdict());
    }
  }

  QueuedJob job(int id) {
    return jobs.get(id);
  }

  int jobs() {
    return jobs.size();
  }

  int resets() {
    return resets;
  }

  List<String> unfinished() {
    return jobs.keySet().stream()
        .filter(id -> !finished.containsKey(id))
        .map("job%d has not ended"::formatted)
        .toList();
  }
}
