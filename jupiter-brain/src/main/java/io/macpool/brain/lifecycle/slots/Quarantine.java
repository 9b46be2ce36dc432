package io.macpool.brain.lifecycle.slots;

import io.macpool.core.GoDuration;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.fault.FaultAttribution;
import io.macpool.core.fleet.fault.FaultAttribution.Evidence;
import io.macpool.core.fleet.fault.FaultAttribution.Fault;
import io.macpool.core.fleet.placement.HostLoad;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what fails from starving what works: a host, an image or a datastore that is to blame for
 * failed creates is left alone for a while; then one create tries it, and its end decides. Who is
 * to blame {@link FaultAttribution} says. Each replica judges by what it sees. Thread-safe.
 */
public final class Quarantine {

  private static final Logger log = LoggerFactory.getLogger(Quarantine.class);
  private static final int MOST_EVIDENCE = 20_000;
  private static final Duration EVIDENCE_KEPT = Duration.ofMinutes(30);
  private static final int LONGEST_REST = 8; // times the first

  /** A probe that has not ended by then is not waited for any more. */
  private static final Duration PROBE_LIMIT = Duration.ofMinutes(3);

  /**
   * How long each kind is left alone at first.
   *
   * @param host doubles with each probe that fails, up to eight times that
   */
  public record Terms(Duration host, Duration image, Duration datastore) {
    public Terms {
      Objects.requireNonNull(host, "host");
      Objects.requireNonNull(image, "image");
      Objects.requireNonNull(datastore, "datastore");
    }
  }

  /**
   * Something that is left alone.
   *
   * @param until then one create may try it
   * @param reason the last failure
   */
  public record Sentence(Instant since, Instant until, Duration term, String reason) {}

  private enum Kind {
    HOST("host"),
    IMAGE("image"),
    DATASTORE("datastore");

    private final String word;

    Kind(String word) {
      this.word = word;
    }
  }

  private record Key(Kind kind, String id) {}

  private record Pair(String image, String host) {}

  private final FaultAttribution.Policy policy;
  private final Terms terms;
  private final UnaryOperator<String> hostName;
  private final Clock clock;
  private final Map<Pair, Evidence> evidence = new HashMap<>();
  private final Map<Key, Sentence> sentences = new HashMap<>();
  private final Map<Key, Instant> probes = new HashMap<>();
  private Optional<String> everything = Optional.empty();

  /**
   * @param hostName a host's name by its id
   */
  public Quarantine(
      FaultAttribution.Policy policy,
      Terms terms,
      UnaryOperator<String> hostName,
      Clock clock,
      MeterRegistry meters) {
    this.policy = policy;
    this.terms = terms;
    this.hostName = hostName;
    this.clock = clock;
    gauge(meters, "hosts.resting", "hosts that refuse creates", Kind.HOST);
    gauge(meters, "images.quarantined", "images whose creates fail", Kind.IMAGE);
    gauge(meters, "datastores.resting", "datastores that are full or away", Kind.DATASTORE);
  }

  private void gauge(MeterRegistry meters, String name, String what, Kind kind) {
    Gauge.builder(name, this, q -> q.count(kind)).description(what).register(meters);
  }

  private synchronized long count(Kind kind) {
    return sentences.keySet().stream().filter(key -> key.kind() == kind).count();
  }

  /** A create of the image went well on the host. */
  public synchronized void succeeded(Image image, String host) {
    Instant now = clock.instant();
    evidence.compute(
        new Pair(image.name(), host),
        (pair, e) -> (e == null ? Evidence.none(image, host) : e).andSuccess(now));
    judge(Set.of(), now);
  }

  /**
   * A create of the image failed on the host.
   *
   * @param last whether no other host is tried after it
   */
  public synchronized void failed(Image image, String host, Fault fault, boolean last) {
    Instant now = clock.instant();
    evidence.compute(
        new Pair(image.name(), host),
        (pair, e) -> (e == null ? Evidence.none(image, host) : e).andFailure(fault, last, now));
    if (evidence.size() > MOST_EVIDENCE) {
      evidence.values().removeIf(e -> e.at().isBefore(now.minus(EVIDENCE_KEPT)));
    }
    Set<Key> tried = new HashSet<>();
    tried.add(new Key(Kind.HOST, host));
    tried.add(new Key(Kind.IMAGE, image.name()));
    image.storage().forEach(store -> tried.add(new Key(Kind.DATASTORE, store)));
    judge(tried, now);
  }

  private void judge(Set<Key> failed, Instant now) {
    FaultAttribution.Verdict verdict = FaultAttribution.judge(evidence.values(), policy);
    Map<Key, String> blamed = new HashMap<>();
    verdict.hosts().forEach((id, why) -> blamed.put(new Key(Kind.HOST, id), why));
    verdict.images().forEach((id, why) -> blamed.put(new Key(Kind.IMAGE, id), why));
    verdict.datastores().forEach((id, why) -> blamed.put(new Key(Kind.DATASTORE, id), why));
    sentences.keySet().removeIf(key -> !blamed.containsKey(key) && released(key));
    blamed.forEach((key, why) -> sentence(key, why, failed.contains(key), now));
    if (!everything.equals(verdict.everything())) {
      if (verdict.everything().isPresent()) {
        log.warn("creates of several images fail on several hosts: {}", verdict.everything().get());
      } else {
        log.info("creates do not fail everywhere any more");
      }
      everything = verdict.everything();
    }
  }

  private boolean released(Key key) {
    log.info("{} {} works again", key.kind().word, name(key));
    probes.remove(key);
    return true;
  }

  private void sentence(Key key, String why, boolean failedNow, Instant now) {
    Sentence before = sentences.get(key);
    if (before == null) {
      Duration term = first(key.kind());
      log.warn(
          "{} {} is left alone for {}, then tried again: {}",
          key.kind().word,
          name(key),
          GoDuration.format(term),
          why);
      sentences.put(key, new Sentence(now, now.plus(term), term, why));
    } else if (failedNow && !now.isBefore(before.until())) {
      Duration term = longer(key.kind(), before.term());
      probes.remove(key);
      sentences.put(key, new Sentence(before.since(), now.plus(term), term, why));
    }
  }

  private Duration first(Kind kind) {
    return switch (kind) {
      case HOST -> terms.host();
      case IMAGE -> terms.image();
      case DATASTORE -> terms.datastore();
    };
  }

  private Duration longer(Kind kind, Duration term) {
    if (kind != Kind.HOST) {
      return term;
    }
    Duration longest = terms.host().multipliedBy(LONGEST_REST);
    Duration doubled = term.multipliedBy(2);
    return doubled.compareTo(longest) > 0 ? longest : doubled;
  }

  private String name(Key key) {
    return key.kind() == Kind.HOST ? hostName.apply(key.id()) : key.id();
  }

  /**
   * Lets a create begin, or says what it must leave alone. Of what has rested one create at a time
   * is let through; whoever is must call {@link #ended}.
   */
  public synchronized Optional<Sentence> admit(Image image) {
    Instant now = clock.instant();
    Set<Key> tried = new LinkedHashSet<>();
    image.storage().forEach(store -> tried.add(new Key(Kind.DATASTORE, store)));
    tried.add(new Key(Kind.IMAGE, image.name()));
    tried.removeIf(key -> !sentences.containsKey(key));
    for (Key key : tried) {
      Instant probing = probes.getOrDefault(key, Instant.MIN);
      boolean tries = probing.isAfter(now.minus(PROBE_LIMIT));
      Sentence sentence = sentences.get(key);
      if (sentence != null && (now.isBefore(sentence.until()) || tries)) {
        return Optional.of(sentence);
      }
    }
    tried.forEach(key -> probes.put(key, now));
    return Optional.empty();
  }

  /** A create that was admitted has ended, whatever came of it. */
  public synchronized void ended(Image image) {
    probes.remove(new Key(Kind.IMAGE, image.name()));
    image.storage().forEach(store -> probes.remove(new Key(Kind.DATASTORE, store)));
  }

  /** Why the image is left alone: by its own fault, or by that of the storage that it lies on. */
  public synchronized Optional<Sentence> of(Image image) {
    Optional<Sentence> own = find(Kind.IMAGE, image.name());
    return own.isPresent()
        ? own
        : image.storage().stream().flatMap(d -> find(Kind.DATASTORE, d).stream()).findFirst();
  }

  /** Why the host rests, or rested before it is tried again. */
  public synchronized Optional<Sentence> ofHost(String id) {
    return find(Kind.HOST, id);
  }

  private Optional<Sentence> find(Kind kind, String id) {
    return Optional.ofNullable(sentences.get(new Key(kind, id)));
  }

  /**
   * Creates that failed on a host.
   *
   * @param creates in a row since one went well there
   * @param image of the last
   */
  public record Failures(int creates, String image, Instant at, String reason) {}

  /** What failed on the host since anything went well there, and may be its own fault. */
  public synchronized Optional<Failures> failures(String host) {
    Instant worked =
        evidence.values().stream()
            .filter(e -> e.host().equals(host))
            .flatMap(e -> e.succeeded().stream())
            .max(Instant::compareTo)
            .orElse(Instant.MIN);
    List<Evidence> row =
        evidence.values().stream()
            .filter(e -> e.host().equals(host) && e.lastFailure().isAfter(worked))
            .filter(e -> e.failures() > 0)
            .filter(e -> e.fault().filter(f -> f.scope().mayWorkElsewhere()).isPresent())
            .sorted(Comparator.comparing(Evidence::lastFailure).reversed())
            .toList();
    return row.stream()
        .findFirst()
        .map(
            last ->
                new Failures(
                    row.stream().mapToInt(Evidence::failures).sum(),
                    last.image(),
                    last.lastFailure(),
                    last.fault().map(Fault::message).orElse("")));
  }

  /** In what standing a host is. */
  public synchronized HostLoad.Standing standing(String host) {
    return find(Kind.HOST, host)
        .map(
            sentence ->
                clock.instant().isBefore(sentence.until())
                    ? HostLoad.Standing.RESTING
                    : HostLoad.Standing.ON_PROBATION)
        .orElse(HostLoad.Standing.GOOD);
  }

  /** What is left alone and why, for a person; empty if nothing is. */
  public synchronized Optional<String> warning() {
    Map<String, String> sorted = new TreeMap<>();
    sentences.forEach(
        (key, sentence) -> sorted.put(key.kind().word + " " + name(key), sentence.reason()));
    StringJoiner text = new StringJoiner("; ");
    everything.ifPresent(
        why -> text.add("creates of several images fail on several hosts: " + why));
    sorted.forEach((who, why) -> text.add(who + " is left alone: " + why));
    return text.length() == 0 ? Optional.empty() : Optional.of(text.toString());
  }
}
