package io.macpool.cli.pool;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.putRequestedFor;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.macpool.broker.Capacity;
import io.macpool.cli.Main;
import io.macpool.cli.instance.WaitingLine;
import io.macpool.cli.screen.Screen;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Lists and forecasts: what a person or a program reads, and that looking changes nothing. */
class ViewsTest {

  private static final String HOSTS =
      """
      {"data":[{"type":"hosts","id":"host-7","name":"mac-7.example.com","state":"ready",
        "total":3,"used":1,"warm":1,"free":1}]}""";
  private static final String INSTANCES =
      """
      {"data":[
        {"type":"instances","id":"vm-1","host":"mac-7.example.com","owner":"gitlab",
         "base-image":"macos-15","expires-at":"2026-11-29T12:00:00Z"},
        {"type":"instances","id":"vm-2","host":"mac-7.example.com","warm":true},
        {"type":"instances","id":"vm-3","host":"mac-8.example.com"}]}""";
  private static final String CAPACITY =
      """
      {"data":[{"type":"capacity","id":"pool",
        "slots":{"total":3,"used":1,"warm":%d,"free":%d,"pending":0},
        "by-image":[{"image":"macos-15","used":1,"warm":%d}],
        "by-host":[{"host":"mac-7.example.com","state":"ready","total":3,"used":1,"warm":1,
                    "free":1}],
        "warnings":["one host is lost"],
        "waiting":[{"owner":"gitlab","creates":3},{"owner":"travis","creates":1}]}]}""";
  private static final String IMAGES =
      """
      {"data":[
        {"type":"images","id":"macos-15","state":"ready","cpus":4,"ram":8192},
        {"type":"images","id":"macos-14","state":"quarantined","reason":"three clones failed"}]}""";

  @RegisterExtension
  static final WireMockExtension broker =
      WireMockExtension.newInstance().options(wireMockConfig().dynamicPort()).build();

  @TempDir private Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void fill() {
    stub("/hosts", HOSTS);
    stub("/instances", INSTANCES);
    stub("/images", IMAGES);
    stub("/capacity", CAPACITY.formatted(1, 1, 1));
  }

  private static void stub(String path, String body) {
    broker.stubFor(get(path).willReturn(aResponse().withBody(body)));
  }

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--url=http://127.0.0.1:" + broker.getPort());
    String[] words = all.toArray(new String[0]);
    return line(words).execute(words);
  }

  private CommandLine line(String... words) {
    return Main.commandLine(Map.of("HOME", directory.toString()), words)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true));
  }

  @Test
  void wideShowsMoreAndYamlIsTheDocument() {
    assertThat(run("instances", "-o", "wide")).isZero();
    assertThat(out.toString()).contains("EXPIRES").contains("2026-11-29T12:00:00Z");
    out.getBuffer().setLength(0);
    assertThat(run("hosts", "-o", "yaml")).isZero();
    assertThat(out.toString())
        .startsWith("data:\n- type: hosts\n")
        .contains("name: mac-7.example.com");
    out.getBuffer().setLength(0);
    assertThat(run("capacity", "-o", "wide")).isZero();
    assertThat(out.toString()).contains("macos-15").contains("mac-7.example.com");
  }

  @Test
  void capacityShowsEachOwner() {
    assertThat(run("capacity")).isZero();
    assertThat(out.toString())
        .isEqualToNormalizingNewlines(
            """
            SLOTS  USED  OF THEM PENDING  WARM  FREE
            3      1     0                1     1
            ! one host is lost

            OWNER    INSTANCES  WAITING
            gitlab   1          3
            travis   0          1
            unknown  1          0
            """);
  }

  /** A broker that does not tell is no broker at which nobody waits. */
  @Test
  void whoWaitsIsTheBrokersWordAlone() {
    Capacity.Slots slots = new Capacity.Slots(4, 4, 0, 0);
    Capacity old = new Capacity("capacity", "pool", slots, List.of(), List.of());
    Capacity full =
        new Capacity(
            "capacity",
            "pool",
            slots,
            List.of(),
            List.of(),
            List.of(),
            List.of(new Capacity.Waiting("travis", 1), new Capacity.Waiting("gitlab", 3)));

    assertThat(WaitingLine.of(old)).isEmpty();
    assertThat(new TopText(full, List.of(), List.of()).page("http://b", Instant.EPOCH))
        .contains("waiting: gitlab 3, travis 1\n");
    assertThat(new TopText(full, List.of(), List.of()).line())
        .contains("waiting: gitlab 3, travis 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hosts -w", "top --every 100ms"})
  void aWatcherHearsOfChangesOnceAndOfFailuresOnce(String command) throws Exception {
    Thread[] watcher = new Thread[1];
    CompletableFuture<Integer> watching =
        CompletableFuture.supplyAsync(
            () -> {
              watcher[0] = Thread.currentThread();
              return run(command.split(" ", -1));
            },
            work -> new Thread(work, "watcher").start());
    await(() -> !out.toString().isEmpty());
    String first = out.toString();
    broker.stubFor(get(anyUrl()).willReturn(aResponse().withStatus(401)));
    await(() -> err.toString().contains("401"));
    fill();
    stub("/hosts", HOSTS.replace("ready", "draining"));
    await(() -> out.toString().length() > first.length());
    watcher[0].interrupt();

    assertThat(watching.get(60, TimeUnit.SECONDS)).isNotZero();
    assertThat(out.toString()).startsWith(first).doesNotContain("\u001b");
    assertThat(err.toString().lines().filter(line -> line.contains("401"))).hasSize(1);
  }

  private static void await(java.util.concurrent.Callable<Boolean> condition) {
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(condition);
  }

  @ParameterizedTest
  @CsvSource({
    "1,1,1,it would be there at once: 1 of this image wait warm",
    "1,1,0,it would be made on a free slot: 1 of 3 are free",
    "1,0,0,one of the 1 warm instances would be destroyed for it",
    "0,0,0,'it would wait, or be refused'"
  })
  void aDryCreateSaysWhatWouldCome(int warm, int free, int ofImage, String said) {
    stub("/capacity", CAPACITY.formatted(warm, free, ofImage));

    assertThat(run("create", "macos-15", "--dry-run")).isZero();
    assertThat(out.toString())
        .contains("would make an instance of macos-15")
        .contains(said)
        .contains("until it is deleted");
    broker.verify(0, postRequestedFor(anyUrl()));
  }

  @Test
  void aDryCreateThatWouldBeRefusedSaysWhy() {
    assertThat(run("create", "macos-14", "--dry-run")).isEqualTo(1);
    assertThat(run("create", "nothing", "--dry-run")).isEqualTo(1);
    assertThat(out.toString())
        .contains("image macos-14 is quarantined, three clones failed")
        .contains("the pool has no image nothing");
  }

  @Test
  void aDryDrainSaysWhatIsDestroyedAndWhatRunsOn() {
    assertThat(run("drain", "mac-7.example.com", "--reason", "fan", "--dry-run")).isZero();
    assertThat(out.toString())
        .contains("would take mac-7.example.com out of use (it is ready now)")
        .contains("would destroy 1 that wait warm; 1 run on")
        .containsPattern("vm-1 +gitlab +runs on +2026-11-29T12:00:00Z")
        .containsPattern("vm-2 +\\(warm\\) +destroyed +-")
        .doesNotContain("vm-3");
    broker.verify(0, putRequestedFor(anyUrl()));
  }

  @Test
  void aDrainTakesNoPartOfAName() {
    assertThat(run("drain", "mac-7", "--reason", "fan")).isEqualTo(1);
    assertThat(err.toString()).contains("give all of it, as in mac-7.example.com");
    assertThat(run("drain", "pc-1", "--reason", "fan")).isEqualTo(1);
    assertThat(err.toString()).contains("macpool hosts lists them");
    broker.verify(0, putRequestedFor(anyUrl()));
  }

  @Test
  void aWrongFlagSuggestsTheRightOne() {
    assertThat(line().execute("drain", "mac-7", "--reasn", "fan")).isEqualTo(2);
    assertThat(line().execute("hosts", "--outptu", "json")).isEqualTo(2);
    assertThat(err.toString()).contains("--reason").contains("--output");
  }

  @Test
  void everyHelpHasAnExample() {
    CommandLine all = line();
    assertThat(all.getUsageMessage()).contains("Examples:");
    all.getSubcommands()
        .forEach((name, command) -> assertThat(command.getUsageMessage()).contains("xample"));
    all.getSubcommands()
        .get("gitlab")
        .getSubcommands()
        .forEach((name, command) -> assertThat(command.getUsageMessage()).contains("xample"));
  }

  @Test
  void aNarrowTerminalGetsLinesThatFitAndAPipeWholeOnes() {
    Screen narrow = new Screen(true, 4, 20, true);
    Screen pipe = new Screen(false, 4, 20, false);
    String text = "a".repeat(30) + "\nb\nc\nd\ne\n";

    assertThat(narrow.fit(text).lines()).contains("a".repeat(19) + "…", "b");
    assertThat(narrow.page(text).lines())
        .containsExactly("\u001b[1m" + "a".repeat(19) + "…\u001b[0m", "b", "… 3 more lines");
    assertThat(new Screen(true, 9, 40, false).page(text)).isEqualToNormalizingNewlines(text);
    assertThat(pipe.fit(text)).isEqualTo(text);
    assertThat(pipe.page(text)).isEqualTo(text);
  }

  @Test
  void aPageShowsSlotsAndWhoRunsWhere() {
    assertThat(run("top", "--every", "1ms")).isEqualTo(1);
    TopText text =
        new TopText(
            new Capacity("capacity", "pool", new Capacity.Slots(4, 1, 1, 1), List.of(), List.of()),
            List.of(
                new io.macpool.broker.HostInfo(
                    "hosts", "host-7", "mac-7", "ready", null, 4, 1, 1, 1, null, null, null, null,
                    null, null, null)),
            List.of());
    assertThat(text.page("http://b", Instant.EPOCH))
        .contains("slots 4: 1 used (0 pending), 1 warm, 1 free", "waiting: unknown")
        .containsPattern("mac-7 +ready +\\[#w\\.-\\]");
    assertThat(text.line())
        .startsWith("slots=4 used=1 ")
        .contains("waiting: unknown")
        .doesNotContain("1970");
  }
}
