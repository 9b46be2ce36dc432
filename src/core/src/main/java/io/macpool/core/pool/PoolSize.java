package io.macpool.core.pool;

/**
 * A worker's pool as its remote control tells it.
 *
 * @param alive processors alive, those that finish their last job included ({@code poolSize})
 * @param expected processors that are not finishing ({@code expectedPoolSize})
 */
public record PoolSize(int alive, int expected) {

  public static final PoolSize NONE = new PoolSize(0, 0);

  public PoolSize {
    if (expected < 0 || alive < expected) {
      throw new IllegalArgumentException(
          "a pool with " + alive + " processors alive can't have " + expected + " that stay");
    }
  }

  /** Processors that finish their last job. */
  public int finishing() {
    return alive - expected;
  }
}
