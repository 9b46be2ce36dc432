package io.macpool.console.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.console.forecast.Coverage;
import io.macpool.console.forecast.ForecastGroup;
import io.macpool.console.watch.BrokerState;
import io.macpool.console.watch.ClusterState;
import io.macpool.console.watch.ClusterState.Cluster;
import io.macpool.console.watch.ClusterState.Grant;
import io.macpool.console.watch.Watched;
import io.macpool.core.Observed.Known;
import io.macpool.core.forecast.Horizon;
import io.macpool.core.forecast.WaitForecast;
import io.macpool.core.forecast.WaitForecast.Foretold;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What each cluster's queue holds, and how long who comes now will wait. */
public final class QueuePage {

  /** A share of fewer waits tells little. */
  private static final long FEWEST_WAITS = 30;

  private QueuePage() {}

  public static String of(
      Optional<Watched<ClusterState>> clusters,
      Watched<BrokerState> broker,
      Map<String, WaitForecast> forecasts,
      Map<ForecastGroup, Coverage> coverage,
      Instant now) {
    Html html = Page.begin("Queues", true);
    Page.status(html, broker, now);
    if (clusters.isEmpty()) {
      return html.element(
              "p", "No Kubernetes API is named (--kubernetes-url): queues are not known.")
          .document();
    }
    Watched<ClusterState> watched = clusters.get();
    watched
        .trouble()
        .ifPresent(
            unknown ->
                html.element(
                    "p",
                    "The queues are unknown since " + unknown.since() + ": " + unknown.cause(),
                    "class",
                    "trouble"));
    Optional<ClusterState> last = watched.last().map(Known::value);
    if (last.isEmpty()) {
      return html.document();
    }
    html.open("table").element("caption", "Clusters of workers");
    PoolPages.row(
        html, "th", "Cluster", "Waiting", "Running", "Limit", "Share", "Who comes now starts");
    for (Cluster cluster : last.get().clusters()) {
      Optional<Grant> grant = last.get().grantOf(cluster);
      html.open("tr").element("td", cluster.name());
      number(html, cluster.waiting());
      number(html, cluster.running());
      number(html, cluster.limit());
      html.element(
          "td", grant.map(each -> each.share() + " of " + each.wanted() + " wanted").orElse("–"));
      html.open("td").text(words(forecasts.get(cluster.name())));
      cluster.troubles().forEach(trouble -> html.element("p", trouble, "class", "trouble"));
      html.close().close();
    }
    html.close();
    coverage(html, coverage);
    return html.document();
  }

  private static void coverage(Html html, Map<ForecastGroup, Coverage> coverage) {
    Coverage all = coverage.values().stream().reduce(Coverage.none(), Coverage::plus);
    html.element("h2", "How well that was foretold");
    html.element("p", words(all), "class", "answer");
    if (!coverage.isEmpty()) {
      html.open("table").element("caption", "By queue, and by how far off the start was");
      PoolPages.row(
          html,
          "th",
          "Queue",
          "Foretold",
          "Waits",
          "Band held",
          "Too early",
          "Too late",
          "Median off by");
      coverage.entrySet().stream()
          .sorted(Comparator.comparing(each -> order(each.getKey())))
          .forEach(each -> row(html, each.getKey(), each.getValue()));
      html.close();
    }
    html.element(
        "p",
        "What is foretold for who comes next is kept every 15 s, and compared with the wait of each"
            + " job that was queued within a minute after it, once a worker has taken that job. A"
            + " slot that was free is not counted: nothing was foretold. What earlier forecasts"
            + " were off by widens or narrows the next ones. Run times are those of the queue's own"
            + " jobs, or of all instances while fewer than five are known; ages are those of all"
            + " instances.",
        "class",
        "quiet");
  }

  private static String order(ForecastGroup which) {
    return which.queue() + " " + which.horizon().map(Horizon::ordinal).orElse(9);
  }

  private static void row(Html html, ForecastGroup which, Coverage each) {
    boolean groundless = which.horizon().isEmpty();
    boolean few = each.waits() < FEWEST_WAITS;
    html.open("tr").element("td", which.queue());
    html.element("td", which.horizon().map(Horizon::words).orElse("no ground for a forecast"));
    cell(html, Long.toString(groundless ? each.groundless() : each.waits()));
    cell(html, groundless ? "–" : few ? "too few to say" : part(each.held(), each));
    cell(html, groundless || few ? "–" : part(each.early(), each));
    cell(html, groundless || few ? "–" : part(each.late(), each));
    cell(html, groundless ? "–" : Words.about(each.off().dividedBy(Math.max(1, each.waits()))));
    html.close();
  }

  private static void cell(Html html, String text) {
    html.open("td");
    Page.number(html, text, "/api/forecasts");
    html.close();
  }

  private static String part(long some, Coverage of) {
    return Words.percent((double) some / of.waits());
  }

  /** How forecasts held, for a person. */
  static String words(Coverage all) {
    if (all.waits() == 0) {
      return all.groundless() == 0
          ? "Last 7 days: no wait was compared with a forecast yet. Workers have to tell of jobs"
              + " (--amqp-uri), with the queue from which they come."
          : "Last 7 days: there was no ground for a forecast of any of "
              + all.groundless()
              + " waits.";
    }
    return "Last 7 days: the 90 %% band held %s of %,d waits%s."
        .formatted(
            part(all.held(), all),
            all.waits(),
            all.groundless() == 0
                ? ""
                : "; of %,d more there was no ground for a forecast".formatted(all.groundless()));
  }

  /** The same as JSON. */
  public static ObjectNode json(Map<ForecastGroup, Coverage> coverage, Instant since) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("since", since.toString());
    ArrayNode data = json.putArray("data");
    coverage.entrySet().stream()
        .sorted(Comparator.comparing(each -> order(each.getKey())))
        .forEach(
            each ->
                data.addObject()
                    .put("queue", each.getKey().queue())
                    .put("horizon", each.getKey().horizon().map(Horizon::words).orElse(null))
                    .put("waits", each.getValue().waits())
                    .put("held", each.getValue().held())
                    .put("early", each.getValue().early())
                    .put("late", each.getValue().late())
                    .put("medianOffSeconds", each.getValue().off().toMillis() / 1000.0)
                    .put("groundless", each.getValue().groundless()));
    return json;
  }

  private static <T> void number(Html html, Optional<T> value) {
    html.open("td");
    Page.number(html, value.map(String::valueOf).orElse("unknown"), "/api/clusters");
    html.close();
  }

  /** A forecast for a person. */
  static String words(@Nullable WaitForecast forecast) {
    if (forecast == null) {
      return "no forecast yet";
    }
    if (forecast instanceof Foretold foretold) {
      return foretold.latest().isZero()
          ? "at once: " + foretold.reason().words()
          : "in about %s, nine times of ten within %s to %s: %s"
              .formatted(
                  Words.about(foretold.median()),
                  Words.about(foretold.earliest()),
                  Words.about(foretold.latest()),
                  foretold.reason().words());
    }
    return "no ground for a forecast: " + forecast.reason().words();
  }
}
