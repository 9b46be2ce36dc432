package io.macpool.core.fleet.fault;

import io.macpool.core.fleet.Image;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Decides what failed creates are to be blamed on, by comparing: the same image works elsewhere, so
 * it is the host; other images work, so it is the image; nothing works, so it is neither. A pure
 * function; the order of the evidence does not matter.
 */
public final class FaultAttribution {

  /** Why an attempt failed. */
  public record Fault(FailureScope scope, String message) {
    public Fault {
      Objects.requireNonNull(scope, "scope");
      Objects.requireNonNull(message, "message");
    }
  }

  /**
   * What is known of one image on one host.
   *
   * @param datastores where the image lies
   * @param succeeded the last time that it was made there
   * @param failures attempts that failed in a row since then
   * @param creates those of them after which no other host was tried: so many clients were refused
   * @param firstFailure of that row
   * @param lastFailure of that row
   * @param fault of the last of them
   */
  public record Evidence(
      String image,
      String host,
      Set<String> datastores,
      Optional<Instant> succeeded,
      int failures,
      int creates,
      Instant firstFailure,
      Instant lastFailure,
      Optional<Fault> fault) {
    public Evidence {
      Objects.requireNonNull(image, "image");
      Objects.requireNonNull(host, "host");
      datastores = Set.copyOf(datastores);
      Objects.requireNonNull(succeeded, "succeeded");
      Objects.requireNonNull(firstFailure, "firstFailure");
      Objects.requireNonNull(lastFailure, "lastFailure");
      Objects.requireNonNull(fault, "fault");
    }

    /** Of an image that was never tried there. */
    public static Evidence none(Image image, String host) {
      return new Evidence(
          image.name(),
          host,
          image.storage(),
          Optional.empty(),
          0,
          0,
          Instant.EPOCH,
          Instant.EPOCH,
          Optional.empty());
    }

    /** The same after a success: what failed before counts no more. */
    public Evidence andSuccess(Instant now) {
      return new Evidence(
          image,
          host,
          datastores,
          Optional.of(now),
          0,
          0,
          Instant.EPOCH,
          Instant.EPOCH,
          Optional.empty());
    }

    /**
     * The same after a failure more.
     *
     * @param last whether no other host was tried after it
     */
    public Evidence andFailure(Fault why, boolean last, Instant now) {
      return new Evidence(
          image,
          host,
          datastores,
          succeeded,
          failures + 1,
          creates + (last ? 1 : 0),
          failures == 0 ? now : firstFailure,
          now,
          Optional.of(why));
    }

    private boolean fails() {
      return failures > 0;
    }

    private FailureScope scope() {
      return fault.map(Fault::scope).orElse(FailureScope.UNCLEAR);
    }

    private boolean comparable() {
      return fails() && scope().mayWorkElsewhere();
    }

    private boolean succeededAfter(Instant time) {
      return succeeded.filter(at -> at.isAfter(time)).isPresent();
    }

    /** Newest news. */
    public Instant at() {
      return succeeded.filter(at -> at.isAfter(lastFailure)).orElse(lastFailure);
    }
  }

  /**
   * How much it takes.
   *
   * @param hostAfter failures in a row on one host, while the same works elsewhere
   * @param imageAfter creates in a row that failed
   */
  public record Policy(int hostAfter, int imageAfter) {}

  /**
   * What is to blame, by id or name, with the last failure's words.
   *
   * @param everything set when nothing works, wherever and of whatever image
   */
  public record Verdict(
      Map<String, String> hosts,
      Map<String, String> images,
      Map<String, String> datastores,
      Optional<String> everything) {
    public Verdict {
      hosts = Map.copyOf(hosts);
      images = Map.copyOf(images);
      datastores = Map.copyOf(datastores);
      Objects.requireNonNull(everything, "everything");
    }
  }

  private final List<Evidence> evidence;
  private final Policy policy;

  private FaultAttribution(Collection<Evidence> evidence, Policy policy) {
    this.evidence = List.copyOf(evidence);
    this.policy = policy;
  }

  /**
   * Judges.
   *
   * @param evidence one for each image and host
   */
  public static Verdict judge(Collection<Evidence> evidence, Policy policy) {
    return new FaultAttribution(evidence, policy).judge();
  }

  private Verdict judge() {
    Map<String, String> datastores = datastores();
    Optional<String> everything = everything();
    return new Verdict(
        hosts(), everything.isPresent() ? Map.of() : images(), datastores, everything);
  }

  private Map<String, String> hosts() {
    Map<String, List<Evidence>> byHost = new TreeMap<>();
    evidence.forEach(e -> byHost.computeIfAbsent(e.host(), h -> new ArrayList<>()).add(e));
    Map<String, String> blamed = new TreeMap<>();
    byHost.forEach(
        (host, here) -> {
          Instant worked = lastSuccess(here);
          List<Evidence> row =
              here.stream().filter(e -> e.comparable() && e.lastFailure().isAfter(worked)).toList();
          boolean itself = row.stream().anyMatch(e -> e.scope() == FailureScope.HOST);
          boolean compared =
              row.stream().mapToInt(Evidence::failures).sum() >= policy.hostAfter()
                  && row.stream().anyMatch(this::worksElsewhere);
          if (itself || compared) {
            blamed.put(host, words(row));
          }
        });
    return blamed;
  }

  private boolean worksElsewhere(Evidence failing) {
    return evidence.stream()
        .anyMatch(
            other ->
                other.image().equals(failing.image())
                    && !other.host().equals(failing.host())
                    && other.succeededAfter(failing.firstFailure()));
  }

  private Map<String, String> images() {
    Map<String, String> blamed = new TreeMap<>();
    for (String image : imagesThatFail()) {
      List<Evidence> own = evidence.stream().filter(e -> e.image().equals(image)).toList();
      Instant worked = lastSuccess(own);
      List<Evidence> row =
          own.stream()
              .filter(e -> e.fails() && e.lastFailure().isAfter(worked))
              .filter(e -> e.comparable() || e.scope() == FailureScope.IMAGE)
              .toList();
      boolean often = row.stream().mapToInt(Evidence::creates).sum() >= policy.imageAfter();
      if (often && (row.size() > 1 || isImagesOwn(row.get(0)))) {
        blamed.put(image, words(row));
      }
    }
    severalStores(blamed);
    return blamed;
  }

  /** It failed on one host only: then that host must have made another image since. */
  private boolean isImagesOwn(Evidence failing) {
    return failing.scope() == FailureScope.IMAGE
        || evidence.stream()
            .anyMatch(
                other ->
                    other.host().equals(failing.host())
                        && !other.image().equals(failing.image())
                        && other.succeededAfter(failing.firstFailure()));
  }

  /** Which of several datastores it is can't be told: it is the image that can't be made. */
  private void severalStores(Map<String, String> blamed) {
    for (Evidence e : evidence) {
      if (e.fails() && e.scope() == FailureScope.DATASTORE && e.datastores().size() != 1) {
        blamed.putIfAbsent(e.image(), words(List.of(e)));
      }
    }
  }

  private Map<String, String> datastores() {
    Map<String, List<Evidence>> rows = new TreeMap<>();
    for (Evidence e : evidence) {
      if (e.fails() && e.scope() == FailureScope.DATASTORE && e.datastores().size() == 1) {
        String store = e.datastores().iterator().next();
        rows.computeIfAbsent(store, s -> new ArrayList<>()).add(e);
      }
    }
    Map<String, String> blamed = new TreeMap<>();
    rows.forEach(
        (store, failing) -> {
          Instant worked =
              lastSuccess(evidence.stream().filter(o -> o.datastores().contains(store)).toList());
          List<Evidence> row =
              failing.stream().filter(e -> e.lastFailure().isAfter(worked)).toList();
          if (!row.isEmpty()) {
            blamed.put(store, words(row));
          }
        });
    return blamed;
  }

  /** Several images fail, on several hosts, and nothing has worked since that began. */
  private Optional<String> everything() {
    Instant worked = lastSuccess(evidence);
    List<Evidence> row =
        evidence.stream().filter(e -> e.comparable() && e.lastFailure().isAfter(worked)).toList();
    boolean general =
        row.stream().map(Evidence::image).distinct().count() > 1
            && row.stream().map(Evidence::host).distinct().count() > 1
            && row.stream().mapToInt(Evidence::creates).sum() >= policy.imageAfter();
    return general ? Optional.of(words(row)) : Optional.empty();
  }

  private Set<String> imagesThatFail() {
    Set<String> images = new TreeSet<>();
    evidence.stream()
        .filter(e -> e.comparable() || (e.fails() && e.scope() == FailureScope.IMAGE))
        .forEach(e -> images.add(e.image()));
    return images;
  }

  private static Instant lastSuccess(Collection<Evidence> evidence) {
    return evidence.stream()
        .flatMap(e -> e.succeeded().stream())
        .max(Instant::compareTo)
        .orElse(Instant.MIN);
  }

  private static String words(List<Evidence> row) {
    Evidence last = row.get(0);
    for (Evidence e : row) {
      boolean later = e.lastFailure().isAfter(last.lastFailure());
      boolean tie = e.lastFailure().equals(last.lastFailure()) && key(e).compareTo(key(last)) < 0;
      if (later || tie) {
        last = e;
      }
    }
    return last.fault().map(Fault::message).orElse("it failed");
  }

  private static String key(Evidence e) {
    return e.image() + " " + e.host();
  }
}
