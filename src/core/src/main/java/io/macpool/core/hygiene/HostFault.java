package io.macpool.core.hygiene;

import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * Why a host should be repaired.
 *
 * @param image which image showed it, if it was one
 * @param at when it was last seen: what is older than the host's boot is gone with it
 * @param reason for a person
 */
public record HostFault(Cause cause, Optional<String> image, Instant at, String reason) {

  /** What is wrong, most pressing first. */
  public enum Cause {
    /** New TCP connections to the host fail; ping and old connections prove nothing. */
    NO_NEW_CONNECTIONS,
    /** It refuses to make instances. */
    REFUSALS,
    /** Its guests start and never answer. */
    SILENT_GUESTS,
    /** Two of its guests have the same address. */
    SHARED_ADDRESSES,
    FREE_DISK,
    /** Its guests take longer and longer to boot. */
    SLOW_BOOTS,
    /** Nothing is wrong yet: it has been up for long. */
    UPTIME;

    /** As it is called in settings, metrics and answers. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  public HostFault {
    Objects.requireNonNull(cause, "cause");
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(reason, "reason");
  }
}
