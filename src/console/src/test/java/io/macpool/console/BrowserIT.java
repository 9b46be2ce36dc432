package io.macpool.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.macpool.console.watch.BrokerState;
import io.macpool.sim.amqp.AmqpSimulator;
import io.macpool.sim.net.LoopbackServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;

/** The pages in a real browser, behind a proxy. Pictures of them are in {@code target/pictures}. */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
class BrowserIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String TOKEN = "the-token-of-viewers";
  private static final String CREATED = "vm-new";

  private final AmqpSimulator amqp = AmqpSimulator.start();
  private volatile BrokerState said = few("ready", false);
  private LoopbackServer peers;
  private Console console;
  private FrontDoor door;
  private BrowserSession browser;

  private static BrokerState few(String state, boolean created) {
    return FakePool.state(
        List.of(FakePool.host("mac-1", "ready", created ? 1 : 0), FakePool.host("mac-2", state, 0)),
        created ? List.of(FakePool.instance(CREATED, "mac-1", "ios", "ready", false)) : List.of());
  }

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    Path downloads = Files.createDirectory(folder.resolve("downloads"));
    browser = BrowserSession.begin(downloads);
    peers =
        LoopbackServer.start(
            0,
            vertx ->
                request -> {
                  String body =
                      request.path().startsWith("/apis/")
                          ? FakePool.resources(request.path())
                          : FakePool.answer(said, request.path());
                  request
                      .response()
                      .setStatusCode(body == null ? 404 : 200)
                      .end(body == null ? "{}" : body);
                });
    console =
        Console.start(
            ConsoleSettings.SPEC.read(
                List.of(),
                Map.of(
                    "MACPOOL_CONSOLE_ADDR",
                    "127.0.0.1:0",
                    "MACPOOL_CONSOLE_ADMIN_ADDR",
                    "127.0.0.1:0",
                    "MACPOOL_CONSOLE_BROKER_URL",
                    "http://reader@127.0.0.1:" + peers.port(),
                    "MACPOOL_CONSOLE_TOKEN",
                    TOKEN,
                    "MACPOOL_CONSOLE_INSECURE_COOKIE",
                    "true",
                    "MACPOOL_CONSOLE_KUBERNETES_URL",
                    peers.url() + "/",
                    "MACPOOL_CONSOLE_HISTORY_FILE",
                    folder.resolve("history").toString(),
                    "MACPOOL_CONSOLE_AMQP_URI",
                    amqp.uri().toString(),
                    "MACPOOL_CONSOLE_POLL_INTERVAL",
                    "250ms")));
    door = new FrontDoor(console::port);
    browser.at(door.url()).open("/");
    see("[name=token]").sendKeys(TOKEN);
    browser.assertAccessible("the form");
    browser.driver().findElement(By.tagName("button")).click();
    see("#grid [data-host]");
  }

  @AfterAll
  void stop() {
    for (AutoCloseable each : new AutoCloseable[] {browser, door, console, peers, amqp}) {
      if (each != null) {
        try {
          each.close();
        } catch (Exception e) {
          throw new IllegalStateException("it does not end: " + each, e);
        }
      }
    }
  }

  @BeforeEach
  void begin() {
    said = few("ready", false);
    browser.size(1280, 800);
    browser.scheme("light");
    await("the console knows of these hosts: until then its pages are made anew")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              browser.open("/");
              return browser.driver().findElements(By.cssSelector("[data-host]")).size() == 2
                  && !browser.driver().findElements(By.cssSelector("[data-host=mac-2]")).isEmpty();
            });
    browser.troubles();
  }

  @AfterEach
  void nothingWasWrong() {
    assertThat(browser.troubles()).as("what the browser complained of").isEmpty();
  }

  private WebElement see(String selector) {
    return await(selector)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptionsInstanceOf(NoSuchElementException.class)
        .until(() -> browser.driver().findElement(By.cssSelector(selector)), each -> true);
  }

  private void seeWords(String selector, String words) {
    await(selector + " says " + words)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptionsInstanceOf(NoSuchElementException.class)
        .ignoreExceptionsInstanceOf(StaleElementReferenceException.class)
        .until(
            () -> browser.driver().findElement(By.cssSelector(selector)).getText(),
            text -> text.contains(words));
  }

  private void goes(String selector) {
    await(selector + " goes")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> browser.driver().findElements(By.cssSelector(selector)).isEmpty());
  }

  private void tell(String body) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(amqp.uri());
    try (Connection connection = factory.newConnection();
        Channel channel = connection.createChannel()) {
      channel.exchangeDeclare("macpool.jobs", BuiltinExchangeType.TOPIC, true);
      channel.confirmSelect();
      channel.basicPublish(
          "macpool.jobs", "job.started", null, body.getBytes(StandardCharsets.UTF_8));
      channel.waitForConfirmsOrDie(PATIENCE.toMillis());
    }
  }

  @Test
  void theGridFollowsThePoolWithoutLoadingAnew() {
    browser.script("window.sameDocument = true");

    said = few("ready", true);
    see("a.slot.busy[href='/instances/" + CREATED + "']");
    seeWords("[data-figure=used]", "1");
    said = few("cordoned", false);
    goes("a.slot");
    see("[data-host=mac-2] .slot.cordoned[title*='somebody wanted it so']");

    assertThat(browser.script("return window.sameDocument")).isEqualTo(true);
  }

  @Test
  void whoeverStandsOnASlotStaysThereWhileItChangesAndHearsItsAge() {
    said =
        FakePool.state(
            List.of(FakePool.host("mac-1", "ready", 1), FakePool.host("mac-2", "ready", 0)),
            List.of(FakePool.instance(CREATED, "mac-1", "ios", "requested", false)));
    see("a.slot.booting");
    browser.script("window.slot = document.querySelector('a.slot')");
    browser.script("window.slot.focus()");

    said = few("ready", true);
    see("a.slot.busy");

    assertThat(browser.script("return document.activeElement === window.slot")).isEqualTo(true);
    browser.script("window.slot.blur(); window.slot.focus()");
    assertThat(String.valueOf(browser.script("return window.slot.title")))
        .matches("mac-1: in use, .*, vm-new, for \\d+ d \\d+ h");
  }

  @Test
  void aSlotIsReachedByTheKeyboardAlone() {
    said = few("ready", true);
    see("a.slot.busy");
    for (int i = 0; i < 40 && !"slot".equals(focused()); i++) {
      browser.driver().switchTo().activeElement().sendKeys(Keys.TAB);
    }
    assertThat(focused()).isEqualTo("slot");

    browser.driver().switchTo().activeElement().sendKeys(Keys.ENTER);

    await().atMost(PATIENCE).until(() -> browser.driver().getCurrentUrl().endsWith(CREATED));
  }

  private String focused() {
    return String.valueOf(browser.script("return document.activeElement.classList[0]"));
  }

  @Test
  void lostEventsAreFollowedAgainAfterAProxyHasRefusedThem() {
    int before = door.refused();
    door.shutEvents(true);
    seeWords("#status", "The console does not answer");
    await().atMost(PATIENCE).until(() -> door.refused() > before);
    said =
        FakePool.state(
            List.of(FakePool.host("mac-1", "ready", 1)),
            List.of(FakePool.instance(CREATED, "mac-1", "ios", "ready", false)));
    door.shutEvents(false);

    see("a.slot.busy");
    goes("[data-host=mac-2]");

    seeWords("#status", "The broker answers.");
    assertThat(browser.troubles()).isNotEmpty().allMatch(each -> each.contains("/events"));
  }

  @Test
  void aConnectionThatIsLostWithoutAWordIsToldAndMadeAnew() {
    door.hushEvents(true);
    aMinuteLater();
    seeWords("#status", "Nothing was heard of the console");
    said = few("ready", true);
    door.hushEvents(false);

    aMinuteLater();

    see("a.slot.busy");
    seeWords("#status", "The broker answers.");
  }

  private void aMinuteLater() {
    browser.script("const now = Date.now; Date.now = () => now() + 60000;");
  }

  @Test
  void aSessionThatIsOverEndsAtTheFormAndNotInSilence() {
    browser.driver().manage().deleteAllCookies();
    door.shutEvents(true);
    seeWords("#status", "The console does not answer");
    door.shutEvents(false);

    see("[name=token]").sendKeys(TOKEN);
    browser.driver().findElement(By.tagName("button")).click();
    see("#grid [data-host]");

    assertThat(browser.troubles())
        .isNotEmpty()
        .allMatch(each -> each.matches(".*(/events|/api/images).*"));
  }

  @Test
  void jobsForecastsAndReportsAreShown() throws Exception {
    browser.open("/jobs");
    seeWords("#status", "The workers are heard since");
    Instant now = Instant.now();
    tell(
        """
        {"job_id": 42, "state": "started", "update": 1, "repository": "acme/app", "worker": "w-1",
         "queued_at": "%s", "received_at": "%s", "started_at": "%s"}
        """
            .formatted(now.minusSeconds(90), now.minusSeconds(60), now.minusSeconds(40)));
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              browser.open("/jobs");
              return !browser.driver().findElements(By.cssSelector("a[href='/jobs/42']")).isEmpty();
            });
    assertThat(see("svg.bar rect.script").getSize().getWidth()).isPositive();
    browser.picture("jobs");
    browser.open("/queues");
    seeWords("main", "forecast");
    browser.open("/reports");
    see("main table");
    assertThat(see("time").getAttribute("title")).as("UTC, beside the viewer's own").endsWith("Z");
    browser.driver().findElement(By.linkText("CSV")).click();
    await().atMost(PATIENCE).until(() -> !browser.downloaded().isEmpty());
    assertThat(browser.downloaded().get(0)).content().contains("most-at-once");
  }

  @Test
  @Order(1) // before reports name a thousand hosts, which axe-core takes half a minute to look at
  void eachPageIsFitForEverybodyInLightAndDark() {
    said = LargePool.of(24, Instant.now());
    see("[data-host=mac-0007] a.slot");
    for (String path :
        List.of("/", "/queues", "/jobs", "/reports", "/waiting", "/why?image=macos-15", "/wall")) {
      browser.open(path);
      see("main");
      String name = path.equals("/") ? "pool" : path.substring(1).replaceAll("[?].*", "");
      browser.assertAccessible(path);
      browser.picture("light-" + name);
      browser.scheme("dark");
      browser.assertAccessible(path + " in the dark", "color-contrast");
      browser.picture("dark-" + name);
      browser.scheme("light");
    }
  }

  @Test
  void twoThousandSlotsFitOnOneScreen() {
    said = LargePool.of(1000, Instant.now());
    see("[data-host=mac-0999]");
    browser.size(1920, 1080);
    for (String scheme : List.of("light", "dark")) {
      browser.scheme(scheme);
      browser.picture(scheme + "-2000");
    }
    assertThat((Long) browser.script("return document.querySelectorAll('.slot').length"))
        .isGreaterThanOrEqualTo(2000);
    assertThat(
            ((Number)
                    browser.script(
                        "return document.getElementById('grid').getBoundingClientRect().bottom"))
                .intValue())
        .isLessThan(1080);
    browser.open("/");
    see("[data-host=mac-0999]");
    assertThat(
            ((Number)
                    browser.script(
                        """
                        return ['navigation', 'resource']
                          .flatMap(type => performance.getEntriesByType(type))
                          .reduce((sum, each) => sum + each.encodedBodySize, 0)\
                        """))
                .intValue())
        .as("bytes of the page, its style and its script, as they come")
        .isBetween(10_000, 150_000);
  }

  @Test
  void pagesReadWithoutScripts() {
    browser.scripts(false);
    try {
      said = few("cordoned", true);
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                browser.open("/");
                return browser.driver().getPageSource().contains("/instances/" + CREATED);
              });
      assertThat(browser.driver().getPageSource()).contains("The broker answers.");
      browser.open("/queues");
      assertThat(browser.driver().getPageSource()).contains("ios-workers");
      browser.picture("no-scripts");
    } finally {
      browser.scripts(true);
    }
  }
}
