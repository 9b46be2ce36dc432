package io.macpool.bench.console;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.bench.Benchmark;
import io.macpool.bench.Measurement;
import io.macpool.bench.Report;
import io.macpool.bench.Samples;
import io.macpool.sim.peer.Peer;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What a large and busy pool's page costs the browser that shows it, and how late it shows it. */
public final class BrowserBenchmark implements Benchmark {

  private static final Duration LOAD = Duration.ofSeconds(60);
  private static final Duration WARM_UP = Duration.ofSeconds(10);
  private static final Duration MEASURED = Duration.ofSeconds(30);

  /**
   * Takes the time from a change, which the name of its instance tells, to the frame after the page
   * was changed by it. A message comes after the frame in which it was posted.
   */
  private static final String WATCH =
      """
      const known = new Set();
      const made = link => Number(link.getAttribute('href').split('-').pop()) / 1000;
      document.querySelectorAll('#grid a.slot').forEach(link => known.add(made(link)));
      window.paints = [];
      new MutationObserver(records => {
        const fresh = [];
        const look = link => {
          const at = made(link);
          if (!known.has(at)) {
            known.add(at);
            fresh.push(at);
          }
        };
        for (const record of records) {
          if (record.type === 'attributes') {
            look(record.target);
          }
          for (const node of record.addedNodes) {
            if (node.matches && node.matches('a.slot')) {
              look(node);
            }
          }
        }
        if (fresh.length) {
          requestAnimationFrame(() => {
            const {port1, port2} = new MessageChannel();
            port1.onmessage = () => {
              const now = performance.timeOrigin + performance.now();
              fresh.forEach(at => window.paints.push(now - at));
            };
            port2.postMessage('');
          });
        }
      }).observe(document.getElementById('grid'),
        {subtree: true, childList: true, attributes: true, attributeFilter: ['href']});
      """;

  @Override
  public String name() {
    return "console.browser";
  }

  @Override
  public String about() {
    return "the page of 2,000 slots in Chromium, if it is here, at 60 changes a second";
  }

  @Override
  public void run(Report report) throws Exception {
    Optional<String> program = Peer.BROWSER.location();
    if (program.isEmpty()) {
      report.progress("not measured: PEERS_BROWSER names no program, see docs/peers.md");
      return;
    }
    try (ChangingPool pool = ChangingPool.start();
        WatchedConsole console = WatchedConsole.start(pool);
        WebDriver browser = WebDriver.start(program.get(), 1920, 1080)) {
      browser.devTools("Network.enable", Map.of());
      browser.devTools(
          "Network.setExtraHTTPHeaders",
          Map.of("headers", Map.of("Authorization", "Bearer " + WatchedConsole.TOKEN)));
      // Else a machine that does other work would count as this page's.
      browser.devTools("Performance.enable", Map.of("timeDomain", "threadTicks"));
      open(browser, "http://127.0.0.1:" + console.port() + "/");
      TimeUnit.NANOSECONDS.sleep(WARM_UP.toNanos());
      browser.script(WATCH);
      long began = System.nanoTime();
      double before = browser.metric("TaskDuration");
      Map<String, Double> parts = parts(browser);
      TimeUnit.NANOSECONDS.sleep(MEASURED.toNanos());
      double busy = browser.metric("TaskDuration") - before;
      Map<String, Double> after = parts(browser);
      double seconds = (System.nanoTime() - began) / 1e9;
      Samples paints = new Samples();
      for (JsonNode millis : browser.script("return window.paints")) {
        paints.add((long) (millis.asDouble() * 1e6));
      }
      report.add(Measurement.of("console.browser.busy", 100 * busy / seconds, "%").atMost(30));
      after.forEach(
          (part, spent) ->
              report.add(
                  Measurement.of(
                      "console.browser.busy." + part,
                      100 * (spent - parts.get(part)) / seconds,
                      "%")));
      report.add(Measurement.of("console.browser.paints", paints.count() / seconds, "1/s"));
      report.add(Measurement.of("console.browser.paint.p50", paints.millis(50), "ms"));
      report.add(Measurement.of("console.browser.paint.p99", paints.millis(99), "ms").atMost(250));
    }
  }

  /** What the page's main thread has spent on what so far, in seconds. */
  private static Map<String, Double> parts(WebDriver browser)
      throws IOException, InterruptedException {
    Map<String, Double> parts = new TreeMap<>();
    parts.put("script", browser.metric("ScriptDuration"));
    parts.put("style", browser.metric("RecalcStyleDuration"));
    parts.put("layout", browser.metric("LayoutDuration"));
    return parts;
  }

  /** Until all slots are there. */
  private static void open(WebDriver browser, String page)
      throws IOException, InterruptedException {
    long until = System.nanoTime() + LOAD.toNanos();
    do {
      if (System.nanoTime() > until) {
        throw new IOException("the grid did not come");
      }
      TimeUnit.MILLISECONDS.sleep(500);
      browser.open(page);
    } while (browser.script("return document.querySelectorAll('#grid .slot').length").asInt()
        < ChangingPool.SLOTS);
  }
}
