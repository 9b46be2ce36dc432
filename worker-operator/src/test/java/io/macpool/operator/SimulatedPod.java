package io.macpool.operator;

import io.macpool.core.pool.PoolSize;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** A worker pod in virtual time: processors, the jobs on them, and what it was told. */
final class SimulatedPod {

  final String id;
  final List<int[]> jobs = new ArrayList<>();
  int expected;
  int finishing;
  boolean terminating;
  int startsIn;
  int silentFor;

  /** What its status in the API says: survives an operator. */
  PoolSize recorded = PoolSize.NONE;

  int granted;

  SimulatedPod(String id, int startsIn) {
    this.id = id;
    this.startsIn = startsIn;
  }

  boolean answers() {
    return startsIn <= 0 && silentFor <= 0;
  }

  PoolSize size() {
    return new PoolSize(expected + finishing, expected);
  }

  /** Idle processors go at once, busy ones after their job. */
  void resize(int size) {
    if (terminating) {
      return;
    }
    if (size < expected) {
      int idle = expected + finishing - jobs.size();
      int going = expected - size;
      finishing += Math.max(0, going - idle);
    }
    expected = size;
  }

  void terminate() {
    resize(0);
    terminating = true;
  }

  int idle() {
    return terminating || startsIn > 0
        ? 0
        : Math.max(0, expected + finishing - jobs.size() - finishing);
  }

  /** A second passes; returns jobs that ended. */
  int second() {
    startsIn--;
    silentFor--;
    int ended = 0;
    for (Iterator<int[]> each = jobs.iterator(); each.hasNext(); ) {
      int[] left = each.next();
      if (--left[0] <= 0) {
        each.remove();
        ended++;
        if (finishing > 0) {
          finishing--;
        }
      }
    }
    return ended;
  }
}
