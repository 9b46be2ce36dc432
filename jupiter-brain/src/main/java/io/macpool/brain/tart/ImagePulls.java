package io.macpool.brain.tart;

import io.macpool.brain.tart.report.MacReport;
import io.macpool.core.fleet.Image;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which images of registries are to be brought to which Macs: a few at a time, one to a Mac, where
 * there is room. What fails is tried again, later each time. Thread-safe.
 */
final class ImagePulls {

  /** What is to be done about one. */
  record Action(String mac, String source, boolean begin) {}

  private record Key(String mac, String source) {}

  /**
   * What failed.
   *
   * @param until when it is tried again
   */
  private record Failure(int times, Instant until, String words) {}

  private static final Logger log = LoggerFactory.getLogger(ImagePulls.class);

  /** A registry and the way to it are shared, also with whoever works on the Macs. */
  static final int AT_A_TIME = 2;

  static final Duration LIMIT = Duration.ofHours(2);
  private static final Duration FIRST_REST = Duration.ofMinutes(1);
  private static final Duration LONGEST_REST = Duration.ofHours(1);
  private static final int MOST_DOUBLINGS = 6;

  /** What guests need beside the image. */
  private static final int SPARE_GB = 20;

  /** Of an image that no Mac has. */
  private static final int UNKNOWN_GB = 100;

  private static final long KB_IN_GB = 1_000_000_000 / 1024;

  private final DoubleSupplier random;

  // Guarded by this.
  private final Map<Key, Failure> failures = new HashMap<>();
  private Map<String, List<Image.Pull>> shown = Map.of();

  /**
   * @param random from 0 to 1: Macs that failed together are not tried again together
   */
  ImagePulls(DoubleSupplier random) {
    this.random = random;
  }

  /** Macs that the image is still to be brought to, as of the last plan. */
  synchronized List<Image.Pull> of(String source) {
    return shown.getOrDefault(source, List.of());
  }

  /**
   * What is to be done now.
   *
   * @param wanted images, as registries call them, that every Mac is to have
   */
  synchronized List<Action> plan(List<MacView> views, Set<String> wanted, Instant now) {
    List<Action> actions = new ArrayList<>();
    Map<String, List<Image.Pull>> all = new HashMap<>();
    Set<String> busy = new HashSet<>();
    Set<Key> going = new HashSet<>();
    Set<Key> lacking = new HashSet<>();
    List<MacView> connected = views.stream().filter(MacView::isConnected).toList();
    for (MacView view : connected) {
      String mac = view.mac().name();
      MacReport report = view.report().orElseThrow();
      for (String source : report.pulls().keySet()) {
        Key key = new Key(mac, source);
        MacReport.Pull pull = report.pulls().get(source);
        if (!wanted.contains(source) && !pull.over()) {
          busy.add(mac); // another broker's, or nobody's any more: it ends by itself
          continue;
        }
        Optional<String> failed = failed(view, report, source, pull);
        if (view.holds(source) || failed.isPresent() || !wanted.contains(source)) {
          actions.add(new Action(mac, source, false));
          failed.ifPresent(words -> failures.put(key, later(key, words, now)));
        } else {
          busy.add(mac);
          going.add(key);
          show(all, source, new Image.Pull(view.mac().id(), percent(pull), Optional.empty()));
        }
      }
    }
    int room = AT_A_TIME - busy.size();
    for (String source : new TreeSet<>(wanted)) {
      int need = need(connected, source);
      for (MacView view : connected) {
        Key key = new Key(view.mac().name(), source);
        if (view.holds(source)) {
          continue;
        }
        lacking.add(key);
        if (going.contains(key)) {
          continue;
        }
        Optional<String> trouble = trouble(view, key, need, now);
        show(all, source, new Image.Pull(view.mac().id(), OptionalInt.empty(), trouble));
        boolean ended = !view.report().orElseThrow().pulls().containsKey(source);
        if (trouble.isEmpty() && ended && room > 0 && busy.add(key.mac())) {
          room--;
          actions.add(new Action(key.mac(), source, true));
        }
      }
    }
    Set<String> asked = new HashSet<>();
    connected.forEach(view -> asked.add(view.mac().name()));
    failures.keySet().removeIf(key -> asked.contains(key.mac()) && !lacking.contains(key));
    shown = all;
    return actions;
  }

  private static void show(Map<String, List<Image.Pull>> all, String source, Image.Pull pull) {
    all.computeIfAbsent(source, s -> new ArrayList<>()).add(pull);
  }

  private static OptionalInt percent(MacReport.Pull pull) {
    return pull.percent().isPresent() ? pull.percent() : OptionalInt.of(0);
  }

  private static Optional<String> failed(
      MacView view, MacReport report, String source, MacReport.Pull pull) {
    if (view.holds(source)) {
      return Optional.empty();
    }
    if (pull.over()) {
      return Optional.of(
          pull.said().isEmpty() ? "it is not listed though it was pulled" : withCure(pull.said()));
    }
    return pull.begun().plus(LIMIT).isAfter(report.now())
        ? Optional.empty()
        : Optional.of("it did not end within " + LIMIT.toMinutes() + " minutes");
  }

  /** What works at the Mac's own screen fails over SSH, and the words don't say why. */
  private static String withCure(String said) {
    return said.contains("Keychain")
        ? said
            + " (over SSH the keychain is locked: unlock it, or set TART_REGISTRY_USERNAME and"
            + " TART_REGISTRY_PASSWORD for the user's SSH sessions)"
        : said;
  }

  private Failure later(Key key, String words, Instant now) {
    int times = 1 + Optional.ofNullable(failures.get(key)).map(Failure::times).orElse(0);
    Duration rest = FIRST_REST.multipliedBy(1L << Math.min(times - 1, MOST_DOUBLINGS));
    Duration most = rest.compareTo(LONGEST_REST) < 0 ? rest : LONGEST_REST;
    long millis = (long) (most.toMillis() * (1 + random.getAsDouble()) / 2);
    log.warn("the pull of {} on {} failed: {}", key.source(), key.mac(), words);
    return new Failure(times, now.plusMillis(millis), words);
  }

  /** It could not even be begun. */
  synchronized void failed(Action action, String words, Instant now) {
    Key key = new Key(action.mac(), action.source());
    failures.put(key, later(key, words, now));
  }

  /** As large as where it is already. */
  private static int need(List<MacView> connected, String source) {
    return SPARE_GB
        + connected.stream()
            .filter(view -> view.holds(source))
            .mapToInt(view -> view.report().orElseThrow().sizes().getOrDefault(source, 0))
            .filter(size -> size > 0)
            .max()
            .orElse(UNKNOWN_GB);
  }

  private Optional<String> trouble(MacView view, Key key, int need, Instant now) {
    Optional<Failure> failure =
        Optional.ofNullable(failures.get(key)).filter(last -> last.until().isAfter(now));
    if (failure.isPresent()) {
      return failure.map(last -> last.words() + "; it is tried again at " + last.until());
    }
    Optional<Long> free = view.report().orElseThrow().disk().map(disk -> disk.freeKb() / KB_IN_GB);
    if (free.isEmpty()) {
      return Optional.of("how much disk is free is not told");
    }
    return free.filter(gb -> gb < need)
        .map(gb -> "%d GB of disk are free, and %d are needed".formatted(gb, need));
  }
}
