package io.macpool.core.pool;

/**
 * One cluster's part of the slots.
 *
 * @param share what is fairly its own now; what it does not want is others'
 * @param limit the processors that it may have now: less than its share while others drain what
 *     they were lent, and its share, to drain to, when it holds more
 * @param reason why the limit is what it is
 */
public record SlotShare(int share, int limit, Reason reason) {

  /** Why a cluster's limit is what it is. */
  public enum Reason {
    /** It may have all that it wants. */
    ALL_WANTED,
    /** It wants more than its share of slots that do not suffice. */
    SHARED,
    /** Part of its share is still held by others, who drain. */
    WAITS_FOR_DRAIN,
    /** It holds more than its share, and drains. */
    GIVES_BACK,
    /** Nobody knows how many slots there are: it keeps what it holds. */
    HOLDS
  }
}
