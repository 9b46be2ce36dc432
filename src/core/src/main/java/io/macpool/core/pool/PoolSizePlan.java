package io.macpool.core.pool;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Pool sizes for the pods of one cluster.
 *
 * @param assignments by pod, for every pod that can be told a size
 * @param bound processors that may be alive over all pods once this is sent; more than the limit
 *     only while pods drain after the limit was lowered
 * @param settled whether every pod has what it is to end with: until then, look again soon
 * @param unplaced jobs of the limit that no pod may take yet: pods are missing, can't be asked, or
 *     others must drain first
 */
public record PoolSizePlan(
    SortedMap<String, Assignment> assignments, int bound, boolean settled, int unplaced) {

  /** Why a pod gets its size. */
  public enum Reason {
    /** It has its share. */
    KEEP,
    /** There is room for its whole share, or a part of it. */
    GROW,
    /** It holds more than its share. */
    SHRINK,
    /** Its share is larger, and other pods must drain first. */
    WAIT
  }

  /**
   * One pod's size.
   *
   * @param send the size to tell it now
   * @param target the size it is to end with
   */
  public record Assignment(int send, int target, Reason reason) {}

  public PoolSizePlan {
    assignments = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(assignments));
  }
}
