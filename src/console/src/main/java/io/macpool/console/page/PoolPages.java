package io.macpool.console.page;

import io.macpool.broker.Capacity.Slots;
import io.macpool.broker.Capacity.Waiting;
import io.macpool.broker.HostInfo;
import io.macpool.broker.ImageInfo;
import io.macpool.broker.Instance;
import io.macpool.console.history.StateInterval;
import io.macpool.console.watch.BrokerState;
import io.macpool.console.watch.Watched;
import io.macpool.core.Observed.Known;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The pages that show what the broker says now. */
public final class PoolPages {

  /** Of more hosts the grid shows the slots alone, so that all are on one screen. */
  private static final int MOST_WITH_NAMES = 400;

  private PoolPages() {}

  /** Hosts and slots. */
  public static String pool(Watched<BrokerState> broker, Instant now) {
    Html html = Page.begin("Pool", true);
    Page.status(html, broker, now);
    Optional<BrokerState> last = broker.last().map(Known::value);
    if (last.isEmpty()) {
      html.element("p", "Nothing is known of the pool yet.");
      return html.element("div", "", "id", "grid").document();
    }
    BrokerState state = last.get();
    slots(html, state.capacity().slots());
    waiting(html, state);
    warnings(html, state);
    legend(html);
    grid(html, PoolGrid.of(state), broker.isKnown(), now);
    hosts(html, state, now);
    return html.document();
  }

  private static void legend(Html html) {
    html.open("ul", "class", "legend");
    for (PoolGrid.Meaning each : PoolGrid.LEGEND) {
      html.open("li").element("span", each.letter(), "class", "slot " + each.use());
      html.text(each.words()).close();
    }
    html.close();
  }

  private static void grid(Html html, PoolGrid grid, boolean known, Instant now) {
    String dense = grid.rows().size() > MOST_WITH_NAMES ? "dense " : "";
    html.open("div", "id", "grid", "class", dense + (known ? "" : "stale"));
    grid.byProvider()
        .forEach(
            (provider, rows) -> {
              html.open("section", "class", "provider");
              html.element(
                  "h2",
                  (provider.isEmpty() ? "" : provider + ": ")
                      + rows.size()
                      + (rows.size() == 1 ? " host" : " hosts"));
              html.open("div", "class", "grid");
              rows.forEach(row -> host(html, row, now));
              html.close().close();
            });
    html.close();
  }

  private static void host(Html html, PoolGrid.Row row, Instant now) {
    html.open("div", "class", "host " + row.state(), "data-host", row.host());
    html.element("h3", PoolGrid.shortName(row.host()), "title", row.host() + ": " + row.note());
    html.open("div", "class", "slots");
    row.cells().forEach(cell -> cell(html, cell, now));
    html.close().close();
  }

  private static void cell(Html html, PoolGrid.Cell cell, Instant now) {
    String title = cell.title(now);
    List<String> attributes =
        new ArrayList<>(List.of("class", "slot " + cell.use(), "title", title));
    if (cell.instance() != null) {
      attributes.addAll(List.of("aria-label", title, "href", instance(cell.instance())));
    }
    if (cell.since() != null) {
      attributes.addAll(List.of("data-since", cell.since()));
    }
    html.element(
        cell.instance() == null ? "span" : "a", cell.letter(), attributes.toArray(String[]::new));
  }

  /** The page of an instance. */
  public static String instance(String id) {
    return "/instances/" + URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static void slots(Html html, Slots slots) {
    html.open("dl", "class", "figures");
    figure(html, "in use", slots.used(), "used");
    figure(html, "of them pending", slots.pending(), "pending");
    figure(html, "warm", slots.warm(), "warm");
    figure(html, "free", slots.free(), "free");
    figure(html, "slots", slots.total(), "total");
    html.close();
  }

  private static void figure(Html html, String name, int value, String key) {
    html.open("div").element("dt", name).open("dd", "data-figure", key);
    Page.number(html, value, "/api/capacity");
    html.close().close();
  }

  /** Creates that wait inside the broker, by owner. */
  private static void waiting(Html html, BrokerState state) {
    List<Waiting> waiting =
        Objects.requireNonNullElse(state.capacity().waiting(), List.<Waiting>of());
    if (!waiting.isEmpty()) {
      html.open("p").text("Creates that wait for a Mac: ");
      for (int i = 0; i < waiting.size(); i++) {
        html.text((i == 0 ? "" : ", ") + waiting.get(i).owner() + " ");
        Page.number(html, waiting.get(i).creates(), "/api/capacity");
      }
      html.text(". ").element("a", "Why?", "href", "/why").close();
    }
  }

  private static void warnings(Html html, BrokerState state) {
    List<String> warnings =
        Objects.requireNonNullElse(state.capacity().warnings(), List.<String>of());
    if (!warnings.isEmpty()) {
      html.open("ul", "class", "trouble");
      warnings.forEach(warning -> html.element("li", warning));
      html.close();
    }
  }

  private static void hosts(Html html, BrokerState state, Instant now) {
    html.open("table").element("caption", "Hosts");
    row(html, "th", "Host", "State", "Slots", "In use", "Warm", "Free", "Up for");
    for (HostInfo host : state.hosts()) {
      html.open("tr").element("td", host.name()).element("td", PoolGrid.words(host));
      for (int value : new int[] {host.total(), host.used(), host.warm(), host.free()}) {
        html.open("td");
        Page.number(html, value, "/api/hosts");
        html.close();
      }
      html.element(
          "td",
          host.booted() == null ? "unknown" : Words.about(Duration.between(host.booted(), now)));
      html.close();
    }
    html.close();
  }

  static void row(Html html, String element, String... texts) {
    html.open("tr");
    for (String text : texts) {
      html.element(element, text);
    }
    html.close();
  }

  /** One instance, now and before. */
  public static String instance(
      String id,
      Watched<BrokerState> broker,
      List<StateInterval> stays,
      Instant begin,
      Instant now) {
    Html html = Page.begin("Instance", false);
    Page.status(html, broker, now);
    html.element("p", id);
    Optional<Instance> found = broker.last().map(Known::value).flatMap(state -> state.instance(id));
    if (found.isEmpty()) {
      html.element("p", "The broker does not list it now.");
    } else {
      Instance instance = found.get();
      html.open("table").element("caption", "Now");
      row(html, "td", "state", Objects.requireNonNullElse(instance.state(), "unknown"));
      row(html, "td", "phase", Objects.requireNonNullElse(instance.phase(), "not on record"));
      row(html, "td", "image", Objects.requireNonNullElse(instance.baseImage(), "unknown"));
      row(html, "td", "host", Objects.requireNonNullElse(instance.host(), "unknown"));
      row(html, "td", "owner", Objects.requireNonNullElse(instance.owner(), "none"));
      html.close();
    }
    html.open("table").element("caption", "What the console saw of it");
    row(html, "th", "From", "For", "Host", "As", "Owner");
    for (StateInterval stay : stays) {
      html.open("tr").open("td");
      Page.time(html, stay.occupation().period().from());
      html.close();
      html.element("td", Words.about(stay.occupation().period().length()));
      html.element("td", stay.occupation().host());
      html.element("td", stay.occupation().use().words());
      html.element("td", stay.occupation().owner().orElse("none")).close();
    }
    html.close();
    html.open("p").text("The console knows of nothing before ");
    Page.time(html, begin);
    return html.text(".").close().document();
  }

  /** Why a create would wait now: every host with its own reason. */
  public static String why(Watched<BrokerState> broker, Optional<String> image, Instant now) {
    Html html = Page.begin("Why does it wait", true);
    Page.status(html, broker, now);
    Optional<BrokerState> last = broker.last().map(Known::value);
    if (last.isEmpty()) {
      return html.element("p", "Nothing is known of the pool yet.").document();
    }
    BrokerState state = last.get();
    html.open("form", "method", "get", "action", "/why").open("label").text("Image ");
    html.open("select", "name", "image");
    for (ImageInfo each : state.images()) {
      if (image.equals(Optional.of(each.id()))) {
        html.element("option", each.id(), "selected", "selected");
      } else {
        html.element("option", each.id());
      }
    }
    html.close().close().element("button", "Look", "type", "submit").close();
    html.element("p", WaitCauses.summary(state), "class", "answer");
    waiting(html, state);
    image.ifPresent(name -> html.element("p", WaitCauses.ofImage(state, name), "class", "answer"));
    html.open("table").element("caption", "Each host");
    row(html, "th", "Host", "Why it takes no more, or that it does");
    state.hosts().forEach(host -> row(html, "td", host.name(), WaitCauses.ofHost(host)));
    return html.document();
  }

  /** Legible from four metres. */
  public static String wall(Watched<BrokerState> broker, Instant now) {
    Html html = Page.head("Wall", true).open("main", "class", "wall").element("h1", "Wall");
    Page.status(html, broker, now);
    broker
        .last()
        .map(Known::value)
        .ifPresent(
            state -> {
              slots(html, state.capacity().slots());
              Map<String, Long> states =
                  state.hosts().stream()
                      .collect(
                          Collectors.groupingBy(
                              HostInfo::state, TreeMap::new, Collectors.counting()));
              html.open("dl", "class", "figures small");
              states.forEach(
                  (name, count) -> {
                    html.open("div").element("dt", "hosts " + name).open("dd");
                    Page.number(html, count, "/api/hosts");
                    html.close().close();
                  });
              html.close();
            });
    return html.document();
  }
}
