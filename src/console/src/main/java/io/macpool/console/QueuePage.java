package io.macpool.console;

import io.macpool.console.ClusterState.Cluster;
import io.macpool.console.ClusterState.Grant;
import io.macpool.core.Observed.Known;
import io.macpool.core.forecast.WaitForecast;
import io.macpool.core.forecast.WaitForecast.Foretold;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What each cluster's queue holds, and how long who comes now will wait. */
final class QueuePage {

  /** Who is further back is told when this one starts. */
  private static final int FURTHEST_POSITION = 10_000;

  private QueuePage() {}

  static String of(
      Optional<Watched<ClusterState>> clusters,
      Watched<BrokerState> broker,
      List<Duration> runTimes,
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
      int position =
          cluster.waiting().map(each -> (int) Math.min(each + 1, FURTHEST_POSITION)).orElse(1);
      WaitForecast forecast =
          QueueForecast.at(
              position, cluster, grant, broker.last().map(Known::value), runTimes, now);
      html.open("td").text(words(forecast));
      cluster.troubles().forEach(trouble -> html.element("p", trouble, "class", "trouble"));
      html.close().close();
    }
    html.close();
    html.element(
        "p",
        "The forecast draws from run times and ages of the whole pool's instances, not of a"
            + " cluster's own, and is not yet compared with what came.");
    return html.document();
  }

  private static <T> void number(Html html, Optional<T> value) {
    html.open("td");
    Page.number(html, value.map(String::valueOf).orElse("unknown"), "/api/clusters");
    html.close();
  }

  /** A forecast for a person. */
  static String words(WaitForecast forecast) {
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
