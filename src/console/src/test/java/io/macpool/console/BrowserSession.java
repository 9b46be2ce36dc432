package io.macpool.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.peer.Peer;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A real browser without a screen, which reaches nothing but this machine. */
final class BrowserSession implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Path PICTURES = Path.of("target", "pictures");

  private final ChromeDriver driver;
  private final Path downloads;
  private String address = "";

  private BrowserSession(ChromeDriver driver, Path downloads) {
    this.driver = driver;
    this.downloads = downloads;
  }

  /** Begins; the test is skipped if there is no browser here. */
  static BrowserSession begin(Path downloads) {
    String program = Peer.BROWSER.location().orElse("");
    Assumptions.assumeFalse(program.isEmpty(), "no browser is here: see docs/peers.md");
    ChromeOptions options = new ChromeOptions();
    options.addArguments(
        "--headless=new",
        "--no-sandbox", // root may not have one, and it sees our own pages alone
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1");
    options.setExperimentalOption(
        "prefs", Map.of("download.default_directory", downloads.toAbsolutePath().toString()));
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
    ChromeDriver driver =
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(new File(program))
                .usingAnyFreePort()
                .build(),
            options);
    driver.manage().timeouts().pageLoadTimeout(PATIENCE).scriptTimeout(PATIENCE);
    return new BrowserSession(driver, downloads);
  }

  ChromeDriver driver() {
    return driver;
  }

  /** What addresses of pages begin with. */
  BrowserSession at(String base) {
    this.address = base;
    return this;
  }

  void open(String path) {
    driver.get(address + path);
  }

  void size(int width, int height) {
    driver.manage().window().setSize(new Dimension(width, height));
  }

  /** As if its person liked dark pages, or light ones. */
  void scheme(String name) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", name))));
  }

  void scripts(boolean on) {
    driver.executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", !on));
  }

  Object script(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** What the page wrote into the browser's console since it was asked last, if it is trouble. */
  List<String> troubles() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(LogEntry::getMessage)
        .toList();
  }

  /** Holds the page to rules of axe-core: to all of them, if none is named. */
  void assertAccessible(String page, String... rules) {
    script(axe());
    Object found =
        driver.executeAsyncScript(
            """
            const done = arguments[arguments.length - 1];
            axe.run(document, arguments[0].length ? {runOnly: arguments[0]} : {}).then(
              result => done(result.violations.map(each => each.id + ': ' + each.help + ': '
                + each.nodes.slice(0, 3).map(node => node.html + ' ' + node.failureSummary))),
              failure => done(['axe failed: ' + failure]));
            """,
            List.of(rules));
    assertThat((List<?>) found).as("axe on " + page).isEmpty();
  }

  private static String axe() {
    try (InputStream in = BrowserSession.class.getResourceAsStream("/axe.min.js")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("axe-core is not on the class path", e);
    }
  }

  /** Keeps a picture of the page among what the build makes. */
  void picture(String name) {
    try {
      Files.createDirectories(PICTURES);
      Files.write(PICTURES.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
    } catch (IOException e) {
      throw new UncheckedIOException("no picture can be kept", e);
    }
  }

  /** The downloads that are whole. */
  List<Path> downloaded() throws IOException {
    try (var files = Files.list(downloads)) {
      return files.filter(file -> !file.toString().endsWith(".crdownload")).toList();
    }
  }

  @Override
  public void close() {
    driver.quit();
  }
}
