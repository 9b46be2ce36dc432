package io.macpool.sandbox;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * An endless row of mishaps, the same one for the same seed. Every kind comes once in each round,
 * in an order of chance, so that a short run meets all of them.
 */
final class MishapPlan {

  /** The shortest and the longest time of something; chance takes one between them. */
  record Range(Duration least, Duration most) {

    Range {
      if (least.isNegative() || most.compareTo(least) < 0) {
        throw new IllegalArgumentException(least + " to " + most + " is no range of times");
      }
    }

    private Duration draw(Random random) {
      long span = most.minus(least).toMillis();
      return least.plusMillis((long) (random.nextDouble() * span));
    }
  }

  private final Random random;
  private final List<Mishap.Kind> kinds;
  private final Range pauses;
  private final Range lasting;
  private final Deque<Mishap.Kind> round = new ArrayDeque<>();

  MishapPlan(long seed, Collection<Mishap.Kind> kinds, Range pauses, Range lasting) {
    if (kinds.isEmpty()) {
      throw new IllegalArgumentException("a plan of no kind of mishap");
    }
    this.random = new Random(seed);
    this.kinds = kinds.stream().distinct().sorted().toList();
    this.pauses = pauses;
    this.lasting = lasting;
  }

  Mishap next() {
    if (round.isEmpty()) {
      List<Mishap.Kind> shuffled = new ArrayList<>(kinds);
      Collections.shuffle(shuffled, random);
      round.addAll(shuffled);
    }
    return new Mishap(
        round.remove(),
        pauses.draw(random),
        lasting.draw(random),
        random.nextInt(Integer.MAX_VALUE));
  }
}
