package io.macpool.core.fleet.fault;

/** To what a failed create belongs, as far as the failure itself tells. */
public enum FailureScope {
  /** The host: it refuses, is not reached, or has no resources left. */
  HOST,
  /** The image: it can't be cloned anywhere. */
  IMAGE,
  /** The storage that the image lies on: it is full, or not accessible. */
  DATASTORE,
  /** The provider as a whole: whatever is asked for fails. */
  PROVIDER,
  /** The way to the provider. */
  NETWORK,
  /** What the client asked for. */
  REQUEST,
  /** The failure alone does not tell: the same work elsewhere does. */
  UNCLEAR;

  /** Whether another host may do better. */
  public boolean mayWorkElsewhere() {
    return this == HOST || this == UNCLEAR;
  }
}
