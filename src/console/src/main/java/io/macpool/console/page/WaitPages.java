package io.macpool.console.page;

import io.macpool.broker.Capacity.Slots;
import io.macpool.broker.Capacity.Waiting;
import io.macpool.console.jobs.JobState;
import io.macpool.console.watch.BrokerState;
import io.macpool.console.watch.ClusterState;
import io.macpool.console.watch.ClusterState.Cluster;
import io.macpool.console.watch.ClusterState.Grant;
import io.macpool.console.watch.Watched;
import io.macpool.core.Observed.Known;
import io.macpool.core.forecast.WaitForecast;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Who waits now, and why: of each job and of each owner's creates, host by host. */
public final class WaitPages {

  private static final Set<String> ENDED = Set.of("passed", "failed", "errored", "canceled");

  /** What the broker does not tell, said wherever it could be taken for told. */
  private static final String OF_ONE_REPLICA =
      "The broker tells creates by owner alone, and each of its replicas only those that wait at"
          + " itself: if there are several, those of the one that answered are counted here.";

  /**
   * What is known at the moment at which somebody asks.
   *
   * @param clusters empty if no Kubernetes API is asked
   * @param forecasts of who comes next, by cluster
   */
  public record Now(
      Watched<BrokerState> broker,
      Optional<Watched<ClusterState>> clusters,
      Map<String, WaitForecast> forecasts,
      Instant at) {

    private Optional<BrokerState> pool() {
      return broker.last().map(Known::value);
    }
  }

  private WaitPages() {}

  /** All that wait, each with its address. */
  public static String all(List<JobState> taken, Now now) {
    Html html = Page.begin("Waiting", false);
    Page.status(html, now.broker(), now.at());
    html.open("table").element("caption", "Jobs whose worker has no Mac for them yet");
    PoolPages.row(html, "th", "Job", "Repository", "Taken by", "Waits for a Mac");
    for (JobState job : taken) {
      html.open("tr").open("td");
      html.element("a", job.id(), "href", job(job.id()));
      html.close().element("td", job.repository()).element("td", job.worker());
      html.element("td", since(job.received(), now.at())).close();
    }
    html.close();
    html.open("table").element("caption", "Creates that wait inside the broker, by owner");
    PoolPages.row(html, "th", "Owner", "Creates", "Instances");
    for (Waiting owner : now.pool().map(WaitPages::waiting).orElse(List.of())) {
      html.open("tr").open("td");
      html.element("a", owner.owner(), "href", owner(owner.owner()));
      html.close().open("td");
      Page.number(html, owner.creates(), "/api/capacity");
      html.close().open("td");
      Page.number(html, held(now, owner.owner()), "/api/instances");
      html.close().close();
    }
    html.close();
    html.element("p", OF_ONE_REPLICA, "class", "quiet");
    queues(html, now, Optional.empty());
    html.element(
        "p",
        "A job that no worker has taken is known by its queue alone: its own address is /jobs/ and"
            + " its id, and says what holds the queues.",
        "class",
        "quiet");
    return html.document();
  }

  /** Why the creates of one owner wait. */
  public static String owner(String name, Now now) {
    Html html = Page.begin("Creates of " + name, false);
    Page.status(html, now.broker(), now.at());
    Optional<BrokerState> pool = now.pool();
    if (pool.isEmpty()) {
      return html.element("p", "Nothing is known of the pool yet.").document();
    }
    int creates =
        waiting(pool.get()).stream()
            .filter(each -> each.owner().equals(name))
            .mapToInt(Waiting::creates)
            .sum();
    html.element(
        "p",
        (creates == 0 ? "None of its creates waits" : creates + " of its creates wait")
            + "; it has "
            + held(now, name)
            + " instances, those being made included.",
        "class",
        "answer");
    html.element("p", OF_ONE_REPLICA, "class", "quiet");
    pool(html, pool.get());
    return html.document();
  }

  /** Why a job waits, if it does: what holds its queue, and then every host. */
  static void ofJob(Html html, Optional<JobState> job, Now now) {
    boolean ended = job.filter(each -> ENDED.contains(each.state())).isPresent();
    if (ended || job.filter(each -> each.state().equals("started")).isPresent()) {
      return;
    }
    html.element("h2", "Why does it wait");
    boolean taken = job.filter(each -> each.state().equals("received")).isPresent();
    html.element(
        "p",
        taken
            ? "Its worker has taken it "
                + since(job.flatMap(JobState::received), now.at())
                + " ago and asks the broker for a Mac."
            : job.isPresent()
                ? "It was given back to its queue: the next worker that is free takes it."
                : "If it was queued, no worker has taken it: this is what holds the queues.",
        "class",
        "answer");
    if (!taken) {
      queues(html, now, job.flatMap(JobState::queue));
    }
    now.pool()
        .ifPresentOrElse(
            pool -> pool(html, pool),
            () -> html.element("p", "Nothing is known of the pool yet.", "class", "trouble"));
  }

  /** What a job of a queue waits for before a worker takes it; of all queues if it is not known. */
  private static void queues(Html html, Now now, Optional<String> only) {
    if (now.clusters().isEmpty()) {
      html.element("p", "No Kubernetes API is named (--kubernetes-url): queues are not known.");
      return;
    }
    Watched<ClusterState> watched = now.clusters().get();
    watched
        .trouble()
        .ifPresent(
            unknown ->
                html.element(
                    "p",
                    "The queues are unknown since " + unknown.since() + ": " + unknown.cause(),
                    "class",
                    "trouble"));
    Optional<ClusterState> state = watched.last().map(Known::value);
    html.open("table").element("caption", "Queues: wanted, and what is there");
    PoolPages.row(
        html, "th", "Queue", "Waiting", "Wanted", "May run", "Running", "Who comes now starts");
    for (Cluster cluster : state.map(ClusterState::clusters).orElse(List.of())) {
      if (only.isPresent() && cluster.queue().isPresent() && !cluster.queue().equals(only)) {
        continue;
      }
      Optional<Grant> grant = state.flatMap(known -> known.grantOf(cluster));
      html.open("tr").element("td", cluster.queue().orElse("unknown") + ", " + cluster.name());
      number(html, cluster.waiting());
      number(html, grant.map(Grant::wanted).or(cluster::maxJobs));
      number(html, cluster.limit());
      number(html, cluster.running());
      html.open("td").text(QueuePage.words(now.forecasts().get(cluster.name())));
      cluster.troubles().forEach(trouble -> html.element("p", trouble, "class", "trouble"));
      html.close().close();
    }
    html.close();
  }

  /** Every host with its own reason, and what is known of the images. */
  private static void pool(Html html, BrokerState state) {
    Slots slots = state.capacity().slots();
    html.element("p", WaitCauses.summary(state), "class", "answer");
    html.open("p").text("Slots: ");
    Page.number(html, slots.total(), "/api/capacity");
    html.text(" there, ");
    Page.number(html, slots.used(), "/api/capacity");
    html.text(" in use, ");
    Page.number(html, slots.warm(), "/api/capacity");
    html.text(" warm, ");
    Page.number(html, slots.free(), "/api/capacity");
    html.text(" free.").close();
    state.images().stream()
        .filter(image -> !"ready".equals(image.state()))
        .forEach(
            image -> html.element("p", WaitCauses.ofImage(state, image.id()), "class", "trouble"));
    html.open("table").element("caption", "Each host");
    PoolPages.row(html, "th", "Host", "Why it takes no more, or that it does");
    state.hosts().forEach(host -> PoolPages.row(html, "td", host.name(), WaitCauses.ofHost(host)));
    html.close();
  }

  private static List<Waiting> waiting(BrokerState state) {
    return Objects.requireNonNullElse(state.capacity().waiting(), List.of());
  }

  private static long held(Now now, String owner) {
    return now.pool().stream()
        .flatMap(pool -> pool.instances().stream())
        .filter(instance -> owner.equals(instance.owner()))
        .count();
  }

  private static String since(Optional<Instant> from, Instant now) {
    return from.map(at -> Words.about(Duration.between(at, now))).orElse("an unknown time");
  }

  private static <T> void number(Html html, Optional<T> value) {
    html.open("td");
    Page.number(html, value.map(String::valueOf).orElse("unknown"), "/api/clusters");
    html.close();
  }

  static String job(long id) {
    return "/jobs/" + id;
  }

  private static String owner(String name) {
    return "/waiting/" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
