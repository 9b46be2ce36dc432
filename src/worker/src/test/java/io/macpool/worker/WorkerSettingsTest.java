package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.core.GoDuration;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Settings;
import io.macpool.service.setting.SettingsException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerSettingsTest {

  private static final Map<String, String> LEAST =
      Map.of(
          "TRAVIS_WORKER_BUILD_API_URI", "https://t0ken@build.example.org/script",
          "TRAVIS_WORKER_JUPITERBRAIN_ENDPOINT", "http://s3cret@broker:42161",
          "TRAVIS_WORKER_JUPITERBRAIN_SSH_KEY_PATH", "/nowhere/key");

  @Test
  void defaultsAreTheFieldsOwn() {
    Settings settings = WorkerSettings.SPEC.read(List.of(), LEAST);
    assertThat(settings.get(WorkerSettings.HARD_TIMEOUT)).isEqualTo(Duration.ofMinutes(50));
    assertThat(settings.get(WorkerSettings.LOG_TIMEOUT)).isEqualTo(Duration.ofMinutes(10));
    assertThat(settings.get(WorkerSettings.STARTUP_TIMEOUT)).isEqualTo(Duration.ofMinutes(4));
    assertThat(settings.get(WorkerSettings.SCRIPT_UPLOAD_TIMEOUT))
        .isEqualTo(GoDuration.parse("3m30s"));
    assertThat(settings.get(WorkerSettings.MAX_LOG_LENGTH)).isEqualTo(4_500_000);
    assertThat(settings.get(WorkerSettings.POOL_SIZE)).isEqualTo(1);
    assertThat(settings.get(InstanceSettings.SSH_PORT)).isEqualTo(22);
    assertThat(settings.get(QueueSettings.AMQP_HEARTBEAT)).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.get(InstanceSettings.BOOT_POLL_SLEEP)).isEqualTo(Duration.ofSeconds(3));
  }

  /** A session is given up when the third keep-alive after the last answer is due. */
  @Test
  void aSilentDeathOfASessionIsNoticedWithinHalfAMinute() {
    Settings settings = WorkerSettings.SPEC.read(List.of(), LEAST);
    assertThat(settings.get(InstanceSettings.SSH_KEEP_ALIVE).multipliedBy(3))
        .isLessThan(Duration.ofSeconds(29));
  }

  @Test
  void imagesAreAFamilyThatLeavesItsNeighboursAlone() {
    Map<String, String> environment = new HashMap<>(LEAST);
    environment.put("TRAVIS_WORKER_JUPITERBRAIN_IMAGE_OSX_IMAGE_XCODE12_5", "xcode12.5-vm");
    environment.put("TRAVIS_WORKER_JUPITERBRAIN_IMAGE_SELECTOR_TYPE", "env");
    environment.put("TRAVIS_WORKER_JUPITERBRAIN_IMAGE_ALIASES", "a,b");
    Settings settings = WorkerSettings.SPEC.read(List.of(), environment);
    assertThat(settings.get(InstanceSettings.IMAGES))
        .containsExactlyEntriesOf(Map.of("osx_image_xcode12_5", "xcode12.5-vm"));
  }

  /** The Go worker reads each under its bare name, too; the provider's bare names count first. */
  @Test
  void bareNamesCountAsInTheGoWorker() {
    Map<String, String> environment = new HashMap<>();
    environment.put("BUILD_API_URI", "https://build.example.org/script");
    environment.put("AMQP_URI", "amqp://bare");
    environment.put("TRAVIS_WORKER_AMQP_URI", "amqp://prefixed");
    environment.put("POOL_SIZE", "7");
    environment.put("JUPITERBRAIN_ENDPOINT", "http://bare:1");
    environment.put("TRAVIS_WORKER_JUPITERBRAIN_ENDPOINT", "http://prefixed:1");
    environment.put("JUPITERBRAIN_SSH_KEY_PATH", "/key");
    environment.put("JUPITERBRAIN_SSH_KEY_PASSPHRASE", "abc%2Bdef");
    environment.put("JUPITERBRAIN_IMAGE_OS_OSX", "bare");
    environment.put("TRAVIS_WORKER_JUPITERBRAIN_IMAGE_OS_OSX", "prefixed");
    environment.put("TRAVIS_WORKER_JUPITERBRAIN_IMAGE_OS_LINUX", "other");

    Settings settings = WorkerSettings.SPEC.read(List.of(), environment);

    assertThat(settings.get(WorkerSettings.POOL_SIZE)).isEqualTo(7);
    assertThat(settings.get(QueueSettings.AMQP_URI).reveal()).isEqualTo("amqp://prefixed");
    assertThat(settings.get(InstanceSettings.ENDPOINT).reveal()).isEqualTo("http://bare:1");
    assertThat(settings.get(InstanceSettings.SSH_KEY_PASSPHRASE).reveal()).isEqualTo("abc+def");
    assertThat(settings.get(InstanceSettings.IMAGES))
        .containsExactlyInAnyOrderEntriesOf(Map.of("os_osx", "bare", "os_linux", "other"));
    assertThat(settings.warnings())
        .contains(
            "TRAVIS_WORKER_AMQP_URI and AMQP_URI are both set and differ: the first counts",
            "JUPITERBRAIN_ENDPOINT and TRAVIS_WORKER_JUPITERBRAIN_ENDPOINT are both set and differ:"
                + " the first counts");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PPROF_PORT",
        "HONEYCOMB_WRITE_KEY",
        "HONEYCOMB_DATASET",
        "HONEYCOMB_SAMPLE_RATE",
        "LIBRATO_TOKEN",
        "STACKDRIVER_PROJECT_ID"
      })
  void whatIsRetiredIsToldUnderItsBareNameToo(String name) {
    Map<String, String> environment = new HashMap<>(LEAST);
    environment.put(name, "6060");
    assertThat(WorkerSettings.SPEC.read(List.of(), environment).warnings())
        .anyMatch(warning -> warning.startsWith(name + " has no effect any more"));
  }

  /** The container's own name is no contradiction. */
  @Test
  void whatTheMachineSetsIsNoMistake() {
    Map<String, String> environment = new HashMap<>(LEAST);
    environment.put("TRAVIS_WORKER_HOSTNAME", "worker-1.ci");
    environment.put("HOSTNAME", "worker-1");
    Settings settings = WorkerSettings.SPEC.read(List.of(), environment);
    assertThat(settings.get(WorkerSettings.HOSTNAME)).isEqualTo("worker-1.ci");
    assertThat(settings.warnings()).isEmpty();
  }

  /** As the Go worker decodes it, and raw where only that opens the key. */
  @Test
  void aPassphraseIsTakenAsItOpensTheKey() throws URISyntaxException {
    String key = Path.of(WorkerSettingsTest.class.getResource("ssh/pkcs1-plus.pem").toURI()) + "";
    for (String written : List.of("open%2Bsesame", "open+sesame")) {
      Map<String, String> environment = new HashMap<>(LEAST);
      environment.put("AMQP_URI", "amqp://localhost");
      environment.put("QUEUE_NAME", "builds.test");
      environment.put("TRAVIS_WORKER_JUPITERBRAIN_SSH_KEY_PATH", key);
      environment.put("TRAVIS_WORKER_JUPITERBRAIN_SSH_KEY_PASSPHRASE", written);
      Settings settings = WorkerSettings.SPEC.read(List.of(), environment);
      try (LogLines log = LogLines.of(SettingsCheck.class.getName())) {
        assertThat(SettingsCheck.keyOrProblems(settings)).isNotNull();
        assertThat(log.seen()).hasSize(written.contains("%") ? 0 : 1);
        assertThat(log.seen().toString()).doesNotContain("sesame");
      }
      assertThat(settings.secrets()).extracting(Secret::reveal).contains("open+sesame");
    }
  }

  @Test
  void aUrlIsTakenAsItIsWrittenIfOnlyThatIsOne() {
    Map<String, String> environment = new HashMap<>(LEAST);
    environment.put("TRAVIS_WORKER_JUPITERBRAIN_ENDPOINT", "http://a+b@broker:42161");
    environment.put("JUPITERBRAIN_IMAGE_SELECTOR_URL", "http://selector/images?of=a%20b");
    Settings settings = WorkerSettings.SPEC.read(List.of(), environment);
    assertThat(SettingsCheck.endpoint(settings).token().orElseThrow()).isEqualTo("a+b");
    assertThat(settings.get(InstanceSettings.IMAGE_SELECTOR_URL))
        .hasToString("http://selector/images?of=a%20b");
    assertThat(settings.warnings())
        .anyMatch(w -> w.startsWith("JUPITERBRAIN_IMAGE_SELECTOR_URL is no usable value once"))
        .anyMatch(w -> w.startsWith("TRAVIS_WORKER_JUPITERBRAIN_ENDPOINT: a + stands for a space"));
  }

  @Test
  void aLoginInAUrlIsKeptAndNotShown() {
    Map<String, String> environment = new HashMap<>(LEAST);
    environment.put("JUPITERBRAIN_IMAGE_SELECTOR_URL", "https://me:pa%2540ss@selector/images");
    environment.put("HEARTBEAT_URL", "https://me:pa%40ss@beat");
    Settings settings = WorkerSettings.SPEC.read(List.of(), environment);
    for (CalledUrl url :
        List.of(
            settings.get(InstanceSettings.IMAGE_SELECTOR_URL),
            settings.get(WorkerSettings.HEARTBEAT_URL))) {
      assertThat(url.login()).map(Secret::reveal).contains("me:pa@ss");
    }
    assertThat(settings.describe()).contains("https://selector/images").doesNotContain("pa@ss");
  }

  /** What the Go worker runs with must not end ours. */
  @Test
  void manyChannelsAreNoMistake() {
    Map<String, String> environment = new HashMap<>(LEAST);
    environment.put("STATE_UPDATE_POOL_SIZE", "100");
    Settings settings = WorkerSettings.SPEC.read(List.of(), environment);
    assertThat(settings.get(WorkerSettings.STATE_UPDATE_POOL_SIZE)).isEqualTo(100);
  }

  @Test
  void numbersAreDecimalAndLimitsAreLongerThanNothing() {
    Map<String, String> environment = new HashMap<>(LEAST);
    environment.put("POOL_SIZE", "010");
    environment.put("HARD_TIMEOUT", "0");
    Settings settings = WorkerSettings.SPEC.read(List.of(), environment);
    assertThat(settings.get(WorkerSettings.POOL_SIZE)).isEqualTo(10);
    assertThatThrownBy(() -> SettingsCheck.keyOrProblems(settings))
        .hasMessageContaining("TRAVIS_WORKER_HARD_TIMEOUT must be longer than 0");
    environment.put("POOL_SIZE", "0x10");
    assertThatThrownBy(() -> WorkerSettings.SPEC.read(List.of(), environment))
        .hasMessageContaining("POOL_SIZE: \"0x10\" is not a whole number");
    assertThatThrownBy(() -> WorkerSettings.SPEC.read(List.of("--max-log-length=0"), LEAST))
        .hasMessageContaining("--max-log-length: 0 is not between 1 and 2147483647");
    assertThatThrownBy(
            () -> WorkerSettings.SPEC.read(List.of("--max-log-length=3000000000"), LEAST))
        .hasMessageContaining("--max-log-length: 3000000000 is not between 1 and 2147483647");
    assertThatThrownBy(() -> WorkerSettings.SPEC.read(List.of("--pool-size=-1"), LEAST))
        .hasMessageContaining("--pool-size: -1 is not between 0 and 5000");
  }

  @Test
  void providersAreListedWhateverElseIsMissing() {
    assertThat(Main.asksForProviders(List.of("--list-backend-providers"), Map.of())).isTrue();
    assertThat(Main.asksForProviders(List.of("-list-backend-providers"), Map.of())).isTrue();
    assertThat(Main.asksForProviders(List.of(), Map.of("LIST_BACKEND_PROVIDERS", "1"))).isTrue();
    assertThat(Main.asksForProviders(List.of("--pool-size=1"), Map.of())).isFalse();
  }

  @Test
  void durationsAndDefaultsAreTheGoWorkers() {
    Map<String, String> environment = new HashMap<>(LEAST);
    environment.put("TRAVIS_WORKER_BUILD_CACHE_FETCH_TIMEOUT", "2m30s");
    environment.put("TRAVIS_WORKER_BUILD_CACHE_PUSH_TIMEOUT", "90");
    Settings settings = WorkerSettings.SPEC.read(List.of(), environment);
    assertThat(settings.get(ScriptGeneratorSettings.BUILD_CACHE_FETCH_TIMEOUT))
        .isEqualTo(Duration.ofSeconds(150));
    assertThat(settings.get(ScriptGeneratorSettings.BUILD_CACHE_PUSH_TIMEOUT))
        .isEqualTo(Duration.ofSeconds(90));
    assertThat(settings.get(ScriptGeneratorSettings.DEFAULT_DIST)).isEqualTo("xenial");
    assertThat(settings.get(WorkerSettings.INFRA)).isEmpty();
  }

  @Test
  void aQueueOfJobsByHttpIsRefusedByName() {
    assertThatThrownBy(() -> WorkerSettings.SPEC.read(List.of("--queue-type=http"), LEAST))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("takes no jobs from a job board");
  }

  @Test
  void noSecretIsShown() {
    Settings settings = WorkerSettings.SPEC.read(List.of(), LEAST);
    assertThat(settings.describe()).doesNotContain("s3cret").doesNotContain("t0ken");
  }

  @Test
  void everythingThatIsMissingIsToldAtOnce() {
    Settings settings =
        WorkerSettings.SPEC.read(
            List.of("--jupiterbrain-image-selector-type=api", "--hard-timeout=0s"), LEAST);
    assertThatThrownBy(() -> Worker.start(settings))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("--amqp-uri")
        .hasMessageContaining("--queue-name")
        .hasMessageContaining("--jupiterbrain-image-selector-url")
        .hasMessageContaining("HARD_TIMEOUT")
        .hasMessageContaining("/nowhere/key");
  }

  /** Run with -Dmacpool.docs.write=true to write the document anew. */
  @Test
  void theDocumentTellsEverySetting() throws IOException {
    Path document = Path.of("../../docs/configuration/worker.md");
    String expected =
        "# Settings of the worker\n\n"
            + "Written from the code; a test holds it to that. Each is a flag and an environment"
            + " variable; the flag wins. Durations are written like `90s`, `3m30s`, `500ms`.\n\n"
            + WorkerSettings.SPEC.markdown();
    if (Boolean.getBoolean("macpool.docs.write")) {
      Files.createDirectories(document.getParent());
      Files.writeString(document, expected);
    }
    assertThat(document).hasContent(expected);
  }
}
