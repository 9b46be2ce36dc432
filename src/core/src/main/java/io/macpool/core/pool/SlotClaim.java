package io.macpool.core.pool;

import java.util.Objects;

/**
 * What one cluster asks of the slots that it shares.
 *
 * @param id names the cluster
 * @param weight relative to the others' under contention, at least one
 * @param minimum slots that it gets before anybody gets more than a minimum
 * @param wanted slots that it could use now
 * @param held slots that its processors may take now, draining ones included
 */
public record SlotClaim(String id, int weight, int minimum, int wanted, int held) {

  public SlotClaim {
    Objects.requireNonNull(id, "id");
    if (weight < 1 || minimum < 0 || wanted < 0 || held < 0) {
      throw new IllegalArgumentException(
          "claim of "
              + id
              + " is not one: weight "
              + weight
              + ", minimum "
              + minimum
              + ", wanted "
              + wanted
              + ", held "
              + held);
    }
  }
}
