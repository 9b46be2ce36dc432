package io.macpool.console.page;

import io.macpool.console.watch.Watched;
import io.macpool.core.Observed;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** What all pages have: head, navigation, and what is known of the broker. */
public final class Page {

  private record Link(String address, String name) {}

  private static final List<Link> LINKS =
      List.of(
          new Link("/", "Pool"),
          new Link("/queues", "Queues"),
          new Link("/jobs", "Jobs"),
          new Link("/reports", "Reports"),
          new Link("/waiting", "Waiting"),
          new Link("/why", "Why does it wait"),
          new Link("/wall", "Wall"));

  private Page() {}

  /**
   * A page up to its heading; what is added goes into its main part.
   *
   * @param live whether it follows the pool in a browser that runs scripts
   */
  static Html begin(String title, boolean live) {
    Html html = head(title, live);
    html.open("nav", "aria-label", "Views");
    for (Link link : LINKS) {
      if (link.name().equals(title)) {
        html.element("a", link.name(), "href", link.address(), "aria-current", "page");
      } else {
        html.element("a", link.name(), "href", link.address());
      }
    }
    html.open("form", "method", "post", "action", "/logout");
    html.element("button", "Log out", "type", "submit");
    html.close().close();
    html.open("main").element("h1", title);
    return html;
  }

  /** The document's head, and its body's beginning. */
  public static Html head(String title, boolean live) {
    Html html = new Html();
    html.open("html", "lang", "en").open("head");
    html.open("meta", "charset", "utf-8");
    html.open("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    html.open("meta", "name", "color-scheme", "content", "light dark");
    html.element("title", title + " · macpool");
    html.open("link", "rel", "stylesheet", "href", "/web/style.css");
    html.open("script", "type", "module", "src", "/web/live.js").close();
    if (!live) {
      html.close().open("body");
      return html;
    }
    html.open("noscript");
    html.open("meta", "http-equiv", "refresh", "content", "10").close();
    html.close().open("body", "data-live", "yes");
    return html;
  }

  /** Says whether the broker answers, and if not, since when. */
  static <T> void status(Html html, Watched<T> broker, Instant now) {
    Optional<Observed.Unknown<T>> trouble = broker.trouble();
    html.open(
        "p", "id", "status", "role", "status", "class", trouble.isPresent() ? "trouble" : "fine");
    html.text(statusWords(broker, now)).close();
  }

  public static <T> String statusWords(Watched<T> broker, Instant now) {
    return broker
        .now()
        .match(
            known -> "The broker answers.",
            unknown ->
                "The broker is away since "
                    + unknown.since().truncatedTo(ChronoUnit.SECONDS)
                    + " ("
                    + Words.about(Duration.between(unknown.since(), now))
                    + "): "
                    + unknown.cause()
                    + ". What is shown was true then.");
  }

  /** A moment: in UTC, and in the viewer's zone where scripts run. */
  static void time(Html html, Instant at) {
    Instant seconds = at.truncatedTo(ChronoUnit.SECONDS);
    html.element("time", seconds, "datetime", seconds.toString());
  }

  /** A number that leads to the call that gives it. */
  static void number(Html html, Object value, String call) {
    html.element("a", value, "href", call, "class", "number");
  }
}
