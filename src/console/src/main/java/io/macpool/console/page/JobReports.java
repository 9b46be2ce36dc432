package io.macpool.console.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.console.history.Work;
import io.macpool.core.usage.WaitFigures;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a report says of jobs: how long they waited, and how they ended. */
final class JobReports {

  private JobReports() {}

  static void tables(Html html, String json, Map<String, Work> work) {
    html.open("table").element("caption", "Waits of jobs by queue");
    PoolPages.row(html, "th", "Queue", "Jobs", "p50", "p90", "p99");
    new TreeMap<>(work)
        .forEach(
            (queue, each) -> {
              WaitFigures waits = each.waits().figures();
              Reports.cells(
                  html,
                  json,
                  queue,
                  Integer.toString(waits.count()),
                  Words.took(waits.p50()),
                  Words.took(waits.p90()),
                  Words.took(waits.p99()));
            });
    html.close();
    html.open("table").element("caption", "Outcomes of jobs by queue");
    PoolPages.row(html, "th", "Queue", "Outcomes");
    new TreeMap<>(work)
        .forEach(
            (queue, each) ->
                Reports.cells(
                    html,
                    json,
                    queue,
                    new TreeMap<>(each.outcomes())
                        .entrySet().stream()
                            .map(one -> one.getKey() + " " + one.getValue())
                            .collect(Collectors.joining(", "))));
    html.close();
    html.element(
        "p",
        "Of the whole hours in which the period lies, as workers told; a wait may be told a"
            + " thirty-second part too long. What is told while the console is away is missing.");
  }

  static void csv(StringBuilder csv, Map<String, Work> work) {
    new TreeMap<>(work)
        .forEach(
            (queue, each) -> {
              WaitFigures waits = each.waits().figures();
              Reports.line(csv, "wait", queue, "jobs", Integer.toString(waits.count()));
              Reports.line(csv, "wait", queue, "p50-seconds", seconds(waits.p50().toMillis()));
              Reports.line(csv, "wait", queue, "p90-seconds", seconds(waits.p90().toMillis()));
              Reports.line(csv, "wait", queue, "p99-seconds", seconds(waits.p99().toMillis()));
              new TreeMap<>(each.outcomes())
                  .forEach(
                      (state, count) ->
                          Reports.line(csv, "outcome", queue, state, Long.toString(count)));
            });
  }

  private static String seconds(long millis) {
    return Double.toString(millis / 1000.0);
  }

  static void json(ObjectNode json, Map<String, Work> work) {
    ArrayNode queues = json.putArray("queues");
    new TreeMap<>(work)
        .forEach(
            (queue, each) -> {
              WaitFigures waits = each.waits().figures();
              ObjectNode one = queues.addObject().put("queue", queue);
              one.putObject("waitSeconds")
                  .put("jobs", waits.count())
                  .put("p50", waits.p50().toMillis() / 1000.0)
                  .put("p90", waits.p90().toMillis() / 1000.0)
                  .put("p99", waits.p99().toMillis() / 1000.0);
              ObjectNode outcomes = one.putObject("outcomes");
              new TreeMap<>(each.outcomes()).forEach(outcomes::put);
            });
  }
}
