package io.macpool.core.usage;

/** What a slot's time went to. */
public enum SlotUse {
  /** An owner had it. */
  BUSY("in use"),
  /** An instance was being made or destroyed. */
  BOOTING("booting"),
  /** A booted instance waited for an owner. */
  WARM("warm"),
  /** An instance was made in vain. */
  HUNG("hung"),
  /** Nothing was in it, and something could have been. */
  IDLE("idle"),
  /** Nothing was in it, for a person or a repair kept the host free. */
  CORDONED("cordoned"),
  /** Nothing was in it, for the host was away. */
  LOST("lost"),
  /** Nobody looked. */
  UNRECORDED("not recorded");

  private final String words;

  SlotUse(String words) {
    this.words = words;
  }

  /** For a person. */
  public String words() {
    return words;
  }

  /** Whether an instance is in the slot. */
  public boolean isOccupied() {
    return switch (this) {
      case BUSY, BOOTING, WARM, HUNG -> true;
      case IDLE, CORDONED, LOST, UNRECORDED -> false;
    };
  }
}
