package io.macpool.console.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.console.history.Work;
import io.macpool.console.watch.HistoryKeeper;
import io.macpool.core.usage.CapacityReplay;
import io.macpool.core.usage.SlotTime;
import io.macpool.core.usage.SlotUse;
import io.macpool.core.usage.UsageReport;
import io.macpool.core.usage.UsageReport.Charge;
import io.macpool.core.usage.UsageReport.HostUsage;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A usage report as page, CSV and JSON: the same figures in each. */
public final class Reports {

  private static final String NOBODY = "(nobody)";

  private Reports() {}

  /**
   * The page.
   *
   * @param work jobs by queue
   * @param trouble why the history is not kept now
   * @param query the period as a query, for links to the other forms
   * @param whatIf the period's load on other hardware
   */
  public static String page(
      UsageReport report,
      Map<String, Work> work,
      Optional<HistoryKeeper.Trouble> trouble,
      int licensed,
      WhatIf whatIf,
      String query) {
    Html html = Page.begin("Reports", false);
    String json = "/reports.json?" + query;
    html.open("p").text("From ");
    Page.time(html, report.period().from());
    html.text(" to ");
    Page.time(html, report.period().to());
    html.text(". ");
    html.element("a", "CSV", "href", "/reports.csv?" + query).text(" · ");
    html.element("a", "JSON", "href", json).close();
    html.element(
        "p",
        "It rests on what this console saw by asking the broker: exactly for the last 26 hours,"
            + " by the hour for 35 days, by the day before; the period begins with one of these."
            + " Times in slot hours: one slot for one hour.");
    trouble.ifPresent(
        why -> {
          html.open("p", "class", "trouble").text("The history is not kept since ");
          Page.time(html, why.since());
          html.text(": " + why.cause() + ".").close();
        });
    report
        .gaps()
        .forEach(
            gap -> {
              html.open("p", "class", "trouble").text("Not recorded: from ");
              Page.time(html, gap.period().from());
              html.text(" to ");
              Page.time(html, gap.period().to());
              html.text(", " + gap.cause() + ".").close();
            });
    html.open("table").element("caption", "Slot hours by use");
    PoolPages.row(html, "th", "Use", "Slot hours");
    for (SlotUse use : SlotUse.values()) {
      cells(html, json, use.words(), Words.hours(report.whole().of(use)));
    }
    cells(html, json, "all", Words.hours(report.whole().whole()));
    cells(html, json, "utilisation", Words.percent(report.whole().utilisation()));
    html.close();
    licence(html, json, report, licensed);
    html.open("table").element("caption", "Slot hours by owner");
    PoolPages.row(html, "th", "Owner", "Own", "Part of what nobody owned", "Sum");
    for (Charge charge : report.charges()) {
      cells(
          html,
          json,
          charge.owner().orElse(NOBODY),
          Words.hours(charge.own()),
          Words.hours(charge.shared()),
          Words.hours(charge.sum()));
    }
    html.close();
    html.element(
        "p",
        "Warm, idle, cordoned and lost slots are shared among owners in the proportion of their own"
            + " slot hours; sums and what is not recorded add up to all.");
    JobReports.tables(html, json, work);
    whatIf(html, report, whatIf, query);
    return html.document();
  }

  private static void licence(Html html, String json, UsageReport report, int licensed) {
    html.open("table").element("caption", "Licence: " + licensed + " VMs on a host at once");
    PoolPages.row(html, "th", "Host", "Most at once", "In the minute", "Unseen for", "Utilisation");
    for (HostUsage host : report.hosts()) {
      html.open("tr", "class", host.isAbove(licensed) ? "trouble" : "fine");
      html.element("td", host.host()).open("td");
      Page.number(html, host.mostAtOnce(), json);
      html.close().open("td");
      if (host.mostAtOnce() == 0) {
        html.text("–");
      } else {
        Page.time(html, host.at());
      }
      html.close();
      html.element("td", host.unseen().isZero() ? "never" : Words.about(host.unseen()));
      html.element("td", Words.percent(host.time().utilisation())).close();
    }
    html.close();
  }

  private static void whatIf(Html html, UsageReport report, WhatIf whatIf, String query) {
    html.element("h2", "What if there were other hosts", "id", "what-if");
    html.open("form", "method", "get", "action", "/reports#what-if");
    hidden(html, "from", report.period().from().toString());
    hidden(html, "to", report.period().to().toString());
    html.open("label").text("Hosts more or fewer ");
    html.open(
        "input",
        "type",
        "range",
        "name",
        "hosts",
        "min",
        Integer.toString(-WhatIf.MOST_HOSTS),
        "max",
        Integer.toString(WhatIf.MOST_HOSTS),
        "value",
        Integer.toString(whatIf.hosts()));
    html.text(" ").element("output", String.format(Locale.ROOT, "%+d", whatIf.hosts())).close();
    html.element("button", "Replay", "type", "submit").close();
    html.element("p", whatIf.words(), "class", "answer");
    html.open("table").element("caption", "With other numbers of slots");
    PoolPages.row(html, "th", "Slots", "Waits", "p50", "p90", "p99", "Most at once");
    for (CapacityReplay replay : whatIf.others()) {
      cells(
          html,
          "/reports.json?" + query,
          Integer.toString(replay.slots()),
          Integer.toString(replay.waits().count()),
          Words.about(replay.waits().p50()),
          Words.about(replay.waits().p90()),
          Words.about(replay.waits().p99()),
          Integer.toString(replay.atOnce()));
    }
    html.close();
    html.element(
        "p",
        "The instances of the period came again, at the same moments and for as long, to so many"
            + " slots. Who found no slot at the time is not among them.");
  }

  private static void hidden(Html html, String name, String value) {
    html.open("input", "type", "hidden", "name", name, "value", value);
  }

  static void cells(Html html, String call, String first, String... numbers) {
    html.open("tr").element("td", first);
    for (String number : numbers) {
      html.open("td");
      Page.number(html, number, call);
      html.close();
    }
    html.close();
  }

  /** Rows of section, name, measure, value. */
  public static String csv(UsageReport report, Map<String, Work> work) {
    StringBuilder csv = new StringBuilder("section,name,measure,value\r\n");
    line(csv, "period", "", "from", report.period().from().toString());
    line(csv, "period", "", "to", report.period().to().toString());
    slotTime(csv, "pool", "", report.whole());
    for (HostUsage host : report.hosts()) {
      slotTime(csv, "host", host.host(), host.time());
      line(csv, "licence", host.host(), "most-at-once", Integer.toString(host.mostAtOnce()));
      line(csv, "licence", host.host(), "minute", host.at().toString());
      line(csv, "licence", host.host(), "unseen-hours", Words.hours(host.unseen()));
    }
    for (Charge charge : report.charges()) {
      String owner = charge.owner().orElse(NOBODY);
      line(csv, "owner", owner, "own-slot-hours", Words.hours(charge.own()));
      line(csv, "owner", owner, "shared-slot-hours", Words.hours(charge.shared()));
    }
    report
        .gaps()
        .forEach(
            gap ->
                line(
                    csv,
                    "gap",
                    gap.cause(),
                    gap.period().from().toString(),
                    gap.period().to().toString()));
    JobReports.csv(csv, work);
    return csv.toString();
  }

  private static void slotTime(StringBuilder csv, String section, String name, SlotTime time) {
    for (SlotUse use : SlotUse.values()) {
      line(csv, section, name, measure(use) + "-slot-hours", Words.hours(time.of(use)));
    }
  }

  private static String measure(SlotUse use) {
    return use.name().toLowerCase(Locale.ROOT);
  }

  static void line(StringBuilder csv, String... cells) {
    for (int i = 0; i < cells.length; i++) {
      csv.append(i == 0 ? "" : ",").append(cell(cells[i]));
    }
    csv.append("\r\n");
  }

  /** Quoted; and what a spreadsheet would take for a formula is made text of. */
  private static String cell(String text) {
    String safe = text.matches("(?s)\\s*[=+\\-@].*|[\t\r\n].*") ? "'" + text : text;
    return "\"" + safe.replace("\"", "\"\"") + "\"";
  }

  public static ObjectNode json(UsageReport report, Map<String, Work> work) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("from", report.period().from().toString());
    json.put("to", report.period().to().toString());
    json.set("slotHours", slotTime(report.whole()));
    json.put("utilisation", report.whole().utilisation());
    ArrayNode hosts = json.putArray("hosts");
    for (HostUsage host : report.hosts()) {
      ObjectNode each = hosts.addObject();
      each.put("host", host.host()).put("slots", host.slots());
      each.put("mostAtOnce", host.mostAtOnce()).put("minute", host.at().toString());
      each.put("unseenHours", hours(host.unseen()));
      each.set("slotHours", slotTime(host.time()));
    }
    ArrayNode owners = json.putArray("owners");
    for (Charge charge : report.charges()) {
      ObjectNode each = owners.addObject();
      charge.owner().ifPresentOrElse(name -> each.put("owner", name), () -> each.putNull("owner"));
      each.put("own", hours(charge.own())).put("shared", hours(charge.shared()));
    }
    ArrayNode gaps = json.putArray("gaps");
    report
        .gaps()
        .forEach(
            gap ->
                gaps.addObject()
                    .put("from", gap.period().from().toString())
                    .put("to", gap.period().to().toString())
                    .put("cause", gap.cause()));
    JobReports.json(json, work);
    return json;
  }

  private static ObjectNode slotTime(SlotTime time) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (SlotUse use : SlotUse.values()) {
      json.put(measure(use), hours(time.of(use)));
    }
    return json;
  }

  private static double hours(Duration duration) {
    return duration.toMillis() / 3_600_000.0;
  }
}
