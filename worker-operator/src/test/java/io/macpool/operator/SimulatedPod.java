package io.macpool.operator;

import io.macpool.core.Observed;
import io.macpool.core.pool.PoolSize;
import io.macpool.core.pool.WorkerPod;
import io.macpool.core.pool.WorkerPod.Standing;
import java.time.Instant;
import java.util.PriorityQueue;

/** A worker pod in virtual time: processors, the jobs on them, and what it was told. */
final class SimulatedPod {

  final String id;

  /** When each of its jobs ends, in seconds of the simulation. */
  private final PriorityQueue<Integer> jobs = new PriorityQueue<>();

  private final int startsAt;
  private int expected;
  private int finishing;
  private boolean terminating;
  private int silentUntil;

  /** What its status in the API says: survives an operator. */
  private PoolSize recorded = PoolSize.NONE;

  private int granted;

  SimulatedPod(String id, int startsAt) {
    this.id = id;
    this.startsAt = startsAt;
  }

  boolean answers(int second) {
    return second >= startsAt && second >= silentUntil;
  }

  void silent(int until) {
    silentUntil = until;
  }

  boolean terminating() {
    return terminating;
  }

  boolean gone() {
    return terminating && expected + finishing == 0;
  }

  int running() {
    return jobs.size();
  }

  int alive() {
    return expected + finishing;
  }

  /** The most that it may hold by what is recorded of it. */
  int recordedBound() {
    return recorded.finishing() + Math.max(recorded.expected(), granted);
  }

  void record(PoolSize seen, int newlyGranted) {
    recorded = seen;
    granted = newlyGranted;
  }

  int granted() {
    return granted;
  }

  /** As the operator sees it. */
  WorkerPod observe(int second, Instant now) {
    return new WorkerPod(
        id,
        terminating ? Standing.TERMINATING : Standing.SERVING,
        answers(second)
            ? Observed.known(new PoolSize(alive(), expected), now)
            : Observed.unknown("silent", now),
        recorded,
        granted,
        jobs.size());
  }

  /** Idle processors go at once, busy ones after their job. */
  void resize(int size) {
    if (terminating) {
      return;
    }
    if (size < expected) {
      int idle = alive() - jobs.size();
      finishing += Math.max(0, expected - size - idle);
    }
    expected = size;
  }

  void terminate() {
    resize(0);
    terminating = true;
  }

  /** Processors that could take a job. */
  int idle(int second) {
    return terminating || second < startsAt ? 0 : Math.max(0, expected - jobs.size());
  }

  void take(int endsAt) {
    jobs.add(endsAt);
  }

  /** Ends what ends by now; returns how many jobs did. */
  int end(int second) {
    int ended = 0;
    while (!jobs.isEmpty() && jobs.peek() <= second) {
      jobs.remove();
      ended++;
    }
    finishing = Math.max(0, finishing - ended);
    return ended;
  }
}
