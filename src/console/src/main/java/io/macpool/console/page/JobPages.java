package io.macpool.console.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.broker.BrokerJson;
import io.macpool.console.history.StateInterval;
import io.macpool.console.jobs.JobHistory;
import io.macpool.console.jobs.JobPhases;
import io.macpool.console.jobs.JobPhases.Phase;
import io.macpool.console.jobs.JobPhases.Span;
import io.macpool.console.jobs.JobState;
import io.macpool.console.queue.JobFeed;
import io.macpool.console.watch.PoolHistory;
import io.macpool.core.Observed;
import io.macpool.core.usage.Period;
import io.macpool.core.usage.SlotUse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The jobs that workers told of, each with what its time went to. */
public final class JobPages {

  private static final int SHOWN = 200;
  private static final int BAR = 300; // units of its own
  private static final List<String> STATES =
      List.of("received", "started", "passed", "failed", "errored", "canceled", "reset");

  private final JobHistory jobs;
  private final PoolHistory pool;
  private final Supplier<Optional<Observed<Boolean>>> hears;

  /**
   * @param feed empty if no AMQP broker is set
   */
  public JobPages(JobHistory jobs, PoolHistory pool, Optional<JobFeed> feed) {
    this.jobs = jobs;
    this.pool = pool;
    this.hears = () -> feed.map(JobFeed::hears);
  }

  /** Why jobs are not heard; empty if they are, or if nobody wants to hear them. */
  public Optional<String> trouble() {
    return hears
        .get()
        .flatMap(
            state ->
                state.match(known -> Optional.empty(), unknown -> Optional.of(unknown.cause())));
  }

  /** The jobs in a state, of which a text is part. */
  public String list(String state, String text, Instant now) {
    Html html = Page.begin("Jobs", false);
    status(html, now);
    form(html, state, text);
    List<JobState> found = jobs.latest(JobHistory.matching(state, text), SHOWN);
    Map<String, List<StateInterval>> stays = stays(found);
    legend(html);
    html.open("table");
    html.element(
        "caption", found.size() + " of " + jobs.size() + " jobs, the one heard of last first");
    PoolPages.row(html, "th", "Job", "Repository", "State", "Host", "Where its time went", "Took");
    for (JobState job : found) {
      List<StateInterval> seen = stays.getOrDefault(job.instance().orElse(""), List.of());
      html.open("tr").open("td");
      html.element("a", job.id(), "href", "/jobs/" + job.id());
      html.close().element("td", job.repository());
      html.element("td", job.state()).element("td", host(seen)).open("td");
      List<Span> spans = JobPhases.of(job, booting(seen), now);
      bar(html, spans);
      html.close().element("td", Words.took(total(spans))).close();
    }
    return html.document();
  }

  /** Those that a worker has taken, and has no Mac for yet. */
  public List<JobState> withoutMac() {
    return jobs.latest(job -> job.state().equals("received"), SHOWN);
  }

  /** One job: where its time went, and, while it waits, why. */
  public String one(String id, WaitPages.Now known) {
    Instant now = known.at();
    Html html = Page.begin("Job " + id, false);
    status(html, now);
    Optional<Long> number = number(id);
    Optional<JobState> found = number.flatMap(jobs::find);
    if (found.isEmpty()) {
      html.element("p", "Nothing was told of it, or too long ago.");
      if (number.isPresent()) {
        WaitPages.ofJob(html, found, known);
      }
      return html.document();
    }
    JobState job = found.get();
    List<StateInterval> seen =
        stays(List.of(job)).getOrDefault(job.instance().orElse(""), List.of());
    List<Span> spans = JobPhases.of(job, booting(seen), now);
    html.element("p", job.repository() + ": " + job.state());
    html.open("p");
    bar(html, spans);
    html.close();
    html.open("table").element("caption", "Where its time went");
    PoolPages.row(html, "th", "Phase", "From", "Took");
    for (Span span : spans) {
      html.open("tr").element("td", span.phase().words()).open("td");
      Page.time(html, span.period().from());
      html.close().element("td", Words.took(span.period().length())).close();
    }
    html.close();
    html.open("p").text("Worker " + job.worker() + ", host " + host(seen));
    job.instance()
        .ifPresent(
            instance -> {
              html.text(", instance ");
              html.element("a", instance, "href", PoolPages.instance(instance));
            });
    html.close();
    html.open("p").text("Trace, by which logs and spans of worker and broker are found: ");
    html.element("code", job.trace().orElse("not told by its worker")).close();
    WaitPages.ofJob(html, found, known);
    return html.document();
  }

  /** What was told last of the jobs that match. */
  public ObjectNode json(String state, String text) {
    ObjectNode body = BrokerJson.mapper().createObjectNode();
    Optional<Observed<Boolean>> now = hears.get();
    body.put("source", "the workers' events");
    body.put("known", now.map(Observed::isKnown).orElse(false));
    ArrayNode data = body.putArray("data");
    for (JobState job : jobs.latest(JobHistory.matching(state, text), SHOWN)) {
      ObjectNode each = data.addObject();
      each.put("id", job.id()).put("state", job.state()).put("repository", job.repository());
      each.put("worker", job.worker());
      job.instance().ifPresent(instance -> each.put("instance", instance));
      job.trace().ifPresent(trace -> each.put("trace", trace));
      put(each, "queuedAt", job.queued());
      put(each, "receivedAt", job.received());
      put(each, "startedAt", job.started());
      put(each, "finishedAt", job.finished());
    }
    return body;
  }

  private static void put(ObjectNode each, String name, Optional<Instant> at) {
    at.ifPresent(instant -> each.put(name, instant.toString()));
  }

  private static Optional<Long> number(String id) {
    try {
      return Optional.of(Long.parseLong(id));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private void status(Html html, Instant now) {
    Optional<Observed<Boolean>> state = hears.get();
    boolean fine = state.filter(Observed::isKnown).isPresent();
    html.open("p", "id", "status", "role", "status", "class", fine ? "fine" : "trouble");
    html.text(
        state
            .map(
                known ->
                    known.match(
                        yes ->
                            "The workers are heard since "
                                + yes.at().truncatedTo(ChronoUnit.SECONDS)
                                + ".",
                        no ->
                            "The workers are not heard since "
                                + no.since().truncatedTo(ChronoUnit.SECONDS)
                                + " ("
                                + Words.about(Duration.between(no.since(), now))
                                + "): "
                                + no.cause()
                                + ". What is shown was true then."))
            .orElse(
                "No job is heard of: set --amqp-uri here and JOB_EVENTS_EXCHANGE at the"
                    + " workers."));
    html.close();
  }

  private static void form(Html html, String state, String text) {
    html.open("form", "method", "get", "action", "/jobs", "role", "search");
    html.open("label").text("Id, repository, worker, instance or trace ");
    html.open("input", "type", "search", "name", "q", "maxlength", "200", "value", text);
    html.close();
    html.open("label").text(" State ").open("select", "name", "state");
    option(html, "", "any", state.isEmpty());
    STATES.forEach(each -> option(html, each, each, each.equals(state)));
    html.close().close();
    html.element("button", "Search", "type", "submit").close();
  }

  private static void option(Html html, String value, String words, boolean chosen) {
    if (chosen) {
      html.element("option", words, "value", value, "selected", "selected");
    } else {
      html.element("option", words, "value", value);
    }
  }

  private Map<String, List<StateInterval>> stays(List<JobState> found) {
    Set<String> instances =
        found.stream().flatMap(job -> job.instance().stream()).collect(Collectors.toSet());
    return pool.of(instances);
  }

  private static String host(List<StateInterval> stays) {
    return stays.isEmpty() ? "unknown" : stays.get(stays.size() - 1).occupation().host();
  }

  /** When its instance was being made; the time of its destruction does not count. */
  private static Optional<Period> booting(List<StateInterval> stays) {
    return stays.stream()
        .findFirst()
        .filter(stay -> stay.occupation().use() == SlotUse.BOOTING && stay.ended())
        .map(stay -> stay.occupation().period());
  }

  private static Duration total(List<Span> spans) {
    return spans.isEmpty()
        ? Duration.ZERO
        : Duration.between(spans.get(0).period().from(), spans.get(spans.size() - 1).period().to());
  }

  private static void bar(Html html, List<Span> spans) {
    double all = Math.max(1, total(spans).toMillis());
    String words =
        spans.stream()
            .map(span -> span.phase().words() + ": " + Words.took(span.period().length()))
            .collect(Collectors.joining(", "));
    html.open(
        "svg",
        "class",
        "bar",
        "viewBox",
        "0 0 " + BAR + " 10",
        "preserveAspectRatio",
        "none",
        "role",
        "img",
        "aria-label",
        words.isEmpty() ? "no times are known" : words);
    for (Span span : spans) {
      double from = Duration.between(spans.get(0).period().from(), span.period().from()).toMillis();
      html.open(
          "rect",
          "class",
          css(span.phase()),
          "x",
          units(from / all),
          "y",
          "0",
          "height",
          "10",
          "width",
          units(span.period().length().toMillis() / all));
      html.element("title", span.phase().words() + ": " + Words.took(span.period().length()));
      html.close();
    }
    html.close();
  }

  private static void legend(Html html) {
    html.open("ul", "class", "legend");
    for (Phase phase : Phase.values()) {
      html.open("li");
      html.open("svg", "class", "bar", "viewBox", "0 0 10 10", "aria-hidden", "true");
      html.open("rect", "class", css(phase), "width", "10", "height", "10").close();
      html.close().text(phase.words()).close();
    }
    html.close();
  }

  private static String units(double part) {
    return String.format(Locale.ROOT, "%.2f", part * BAR);
  }

  private static String css(Phase phase) {
    return phase.name().toLowerCase(Locale.ROOT);
  }
}
