package io.macpool.console.page;

import io.macpool.broker.HostInfo;
import io.macpool.broker.Instance;
import io.macpool.console.watch.BrokerState;
import io.macpool.core.usage.SlotUse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Hosts and their slots, as the grid shows them: what a browser is told when they change, too.
 *
 * @param rows by host
 */
public record PoolGrid(List<Row> rows) {

  /**
   * One host.
   *
   * @param provider who has it; empty where the broker has one
   * @param note what is to be known of it, but for its slots
   */
  public record Row(String host, String provider, String state, String note, List<Cell> cells) {}

  /**
   * One slot.
   *
   * @param use a class of the style sheet
   * @param instance what is in it; null if nothing is
   * @param host on which it is
   * @param words all that is known of it, but for its age
   * @param since when it was made; null if nothing is in it, or that is not known
   */
  public record Cell(
      String use,
      String letter,
      @Nullable String instance,
      @Nullable String host,
      String words,
      @Nullable String since) {

    /** All that is to be told of it alone; a browser that runs scripts keeps the age true. */
    String title(Instant now) {
      return host
          + ": "
          + words
          + (since == null
              ? ""
              : ", for " + Words.about(Duration.between(Instant.parse(since), now)));
    }
  }

  /** What a letter and its colour stand for. */
  record Meaning(String use, String letter, String words) {}

  static final List<Meaning> LEGEND =
      List.of(
          new Meaning("busy", "U", "in use"),
          new Meaning("booting", "B", "booting"),
          new Meaning("warm", "W", "warm"),
          new Meaning("idle", "·", "empty"),
          new Meaning("cordoned", "C", "cordoned or draining"),
          new Meaning("lost", "L", "lost"),
          new Meaning("over", "U", "more than its host's slots"));

  public static PoolGrid of(BrokerState state) {
    return new PoolGrid(new GridRows().of(state));
  }

  static Map<String, List<Instance>> byHost(BrokerState state) {
    Map<String, List<Instance>> instances = new HashMap<>();
    for (Instance each : state.instances()) {
      if (each.host() != null) {
        instances.computeIfAbsent(each.host(), first -> new ArrayList<>()).add(each);
      }
    }
    return instances;
  }

  /** Its rows by their provider's name, which is empty where the broker has one. */
  Map<String, List<Row>> byProvider() {
    return rows.stream()
        .collect(Collectors.groupingBy(Row::provider, TreeMap::new, Collectors.toList()));
  }

  static Row row(HostInfo host, List<Instance> instances) {
    List<Cell> cells = new ArrayList<>();
    for (Instance instance : instances) {
      boolean over = cells.size() >= host.total();
      cells.add(cell(instance, over));
    }
    SlotUse empty = BrokerState.whenEmpty(host);
    while (cells.size() < host.total()) {
      cells.add(
          new Cell(
              name(empty),
              letter(empty),
              null,
              host.name(),
              empty == SlotUse.IDLE ? "empty" : words(host),
              null));
    }
    return new Row(
        host.name(),
        Objects.requireNonNullElse(host.provider(), ""),
        host.state(),
        words(host),
        List.copyOf(cells));
  }

  private static Cell cell(Instance instance, boolean over) {
    SlotUse use = BrokerState.useOf(instance);
    String words =
        Stream.of(
                use.words() + (instance.phase() == null ? ", not on the broker's record" : ""),
                "image " + Objects.requireNonNullElse(instance.baseImage(), "unknown"),
                "owner " + Objects.requireNonNullElse(instance.owner(), "none"),
                over ? "above its host's slots" : "",
                instance.id())
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(", "));
    return new Cell(
        over ? "over" : name(use),
        letter(use),
        instance.id(),
        instance.host(),
        words,
        instance.createdAt() == null ? null : instance.createdAt().toString());
  }

  /** Its first part, for hosts mostly share the rest; an address has no such part. */
  static String shortName(String host) {
    int dot = host.indexOf('.');
    return dot <= 0 || Character.isDigit(host.charAt(host.length() - 1))
        ? host
        : host.substring(0, dot);
  }

  /** What the broker says of a host. */
  static String words(HostInfo host) {
    return host.state()
        + (host.provider() == null ? "" : ", of " + host.provider())
        + (host.reason() == null ? "" : ": " + host.reason())
        + (host.cordonedBy() == null ? "" : ", cordoned by " + host.cordonedBy())
        + (host.hygiene() == null ? "" : ", under repair: " + host.hygiene());
  }

  private static String name(SlotUse use) {
    return use.name().toLowerCase(Locale.ROOT);
  }

  private static String letter(SlotUse use) {
    return switch (use) {
      case BUSY -> "U";
      case BOOTING -> "B";
      case WARM -> "W";
      case HUNG -> "H";
      case IDLE -> "·";
      case CORDONED -> "C";
      case LOST -> "L";
      case UNRECORDED -> "?";
    };
  }
}
