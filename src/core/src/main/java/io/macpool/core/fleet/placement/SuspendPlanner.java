package io.macpool.core.fleet.placement;

import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Image;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Decides whether a guest is made to be kept suspended, of which image and where: one at a time,
 * and only with slots that nobody else wants. A pure function of its input.
 */
public final class SuspendPlanner {

  /**
   * One that is to be made.
   *
   * @param image its name
   * @param host the host's id
   */
  public record Make(String image, String host) {
    public Make {
      Objects.requireNonNull(image, "image");
      Objects.requireNonNull(host, "host");
    }
  }

  private record Candidate(Make make, int kept) {}

  private SuspendPlanner() {}

  /**
   * Plans.
   *
   * @param spare free slots beyond what waits, what is to be kept warm and what was lately asked
   *     for
   * @param resting what failed lately and is left alone for a while
   */
  public static Optional<Make> plan(
      Collection<Image> images, Collection<HostLoad> fleet, int spare, Set<Make> resting) {
    if (spare <= 0) {
      return Optional.empty();
    }
    return images.stream()
        .filter(image -> image.usable() && !image.starts().isResumeNoUse())
        .flatMap(image -> candidates(image, fleet).stream())
        .filter(candidate -> !resting.contains(candidate.make()))
        .min(
            Comparator.comparingInt(Candidate::kept)
                .thenComparing(candidate -> candidate.make().image())
                .thenComparing(candidate -> candidate.make().host()))
        .map(Candidate::make);
  }

  /** A host that somebody is to leave alone, or that has failed lately, gets none. */
  private static List<Candidate> candidates(Image image, Collection<HostLoad> fleet) {
    List<Candidate> candidates = new ArrayList<>();
    for (HostLoad load : fleet) {
      Host.Suspended guests = load.host().traits().suspended().get(image.ref());
      if (guests != null && guests.lacking() > 0 && isFit(image, load)) {
        candidates.add(new Candidate(new Make(image.name(), load.host().id()), guests.kept()));
      }
    }
    return candidates;
  }

  private static boolean isFit(Image image, HostLoad load) {
    Host host = load.host();
    return host.traits().provider().equals(image.provider())
        && host.connected()
        && !host.inMaintenance()
        && load.cordon().isEmpty()
        && load.standing() == HostLoad.Standing.GOOD
        && load.free() > 0
        && host.storage().containsAll(image.storage());
  }
}
