package io.macpool.worker;

import io.macpool.broker.BrokerEndpoint;
import io.macpool.guest.ssh.GuestKey;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Setting;
import io.macpool.service.setting.Settings;
import io.macpool.service.setting.SettingsException;
import io.macpool.worker.InstanceSettings.ImageSelection;
import io.macpool.worker.QueueSettings.QueueType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What can be wrong with settings that are right one by one. */
final class SettingsCheck {

  private static final Logger log = LoggerFactory.getLogger(SettingsCheck.class);

  private final Settings settings;
  private final List<String> problems = new ArrayList<>();

  private SettingsCheck(Settings settings) {
    this.settings = settings;
  }

  /**
   * The key that opens instances.
   *
   * @throws SettingsException naming every problem
   */
  static GuestKey keyOrProblems(Settings settings) {
    SettingsCheck check = new SettingsCheck(settings);
    check.queue();
    check.images();
    check.positive(WorkerSettings.HARD_TIMEOUT);
    check.positive(WorkerSettings.LOG_TIMEOUT);
    check.positive(WorkerSettings.STARTUP_TIMEOUT);
    check.positive(WorkerSettings.SCRIPT_UPLOAD_TIMEOUT);
    check.positive(InstanceSettings.CAPACITY_WAIT);
    check.positive(InstanceSettings.SSH_RECONNECT_TIMEOUT);
    check.positive(InstanceSettings.SSH_KEEP_ALIVE);
    check.positive(InstanceSettings.BOOT_POLL_DIAL_TIMEOUT);
    check.positive(InstanceSettings.SSH_DIAL_TIMEOUT);
    check.usable(
        "--build-api-uri",
        () -> BrokerEndpoint.parse(settings.get(ScriptGeneratorSettings.BUILD_API_URI).reveal()));
    check.usable("--jupiterbrain-endpoint", () -> endpoint(settings));
    GuestKey key = check.usable("--jupiterbrain-ssh-key-path", check::key);
    if (key == null || !check.problems.isEmpty()) {
      throw new SettingsException(check.problems);
    }
    return key;
  }

  /**
   * The values as a provider's settings are decoded come first; where only those as they are
   * written open the key, they are taken, and the log says so.
   */
  private GuestKey key() {
    String path = settings.get(InstanceSettings.SSH_KEY_PATH);
    Optional<Secret> passphrase = settings.find(InstanceSettings.SSH_KEY_PASSPHRASE);
    Optional<String> writtenPath = settings.asWritten(InstanceSettings.SSH_KEY_PATH);
    Optional<Secret> writtenPassphrase = settings.asWritten(InstanceSettings.SSH_KEY_PASSPHRASE);
    try {
      return key(path, passphrase);
    } catch (IllegalArgumentException decoded) {
      for (String file : choices(path, writtenPath)) {
        for (Optional<Secret> secret :
            List.of(passphrase, writtenPassphrase.or(() -> passphrase))) {
          Optional<GuestKey> opened = opened(file, secret);
          if (opened.isPresent()) {
            log.warn(
                "the SSH key opens only with its path or passphrase as written, not"
                    + " percent-decoded: write % as %25 and + as %2B in the settings"
                    + " JUPITERBRAIN_SSH_KEY_PATH and JUPITERBRAIN_SSH_KEY_PASSPHRASE");
            return opened.get();
          }
        }
      }
      throw decoded;
    }
  }

  private static List<String> choices(String first, Optional<String> second) {
    return Stream.concat(Stream.of(first), second.stream()).toList();
  }

  private static Optional<GuestKey> opened(String file, Optional<Secret> passphrase) {
    try {
      return Optional.of(key(file, passphrase));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static GuestKey key(String file, Optional<Secret> passphrase) {
    return GuestKey.load(Path.of(file), passphrase.map(Secret::reveal))
        .namedBy("JUPITERBRAIN_SSH_KEY_PATH");
  }

  /**
   * The broker's, percent-decoded once as the Go worker does, or as it is written if only that can
   * be read.
   *
   * @throws IllegalArgumentException if neither can
   */
  static BrokerEndpoint endpoint(Settings settings) {
    try {
      return BrokerEndpoint.parse(settings.get(InstanceSettings.ENDPOINT).reveal());
    } catch (IllegalArgumentException decoded) {
      Optional<Secret> written = settings.asWritten(InstanceSettings.ENDPOINT);
      if (written.isEmpty()) {
        throw decoded;
      }
      BrokerEndpoint endpoint = BrokerEndpoint.parse(written.get().reveal());
      log.warn(
          "JUPITERBRAIN_ENDPOINT is no URL once percent-decoded, so it is taken as it is written;"
              + " write % as %25 and + as %2B");
      return endpoint;
    }
  }

  private void queue() {
    need(QueueSettings.QUEUE_NAME, "--queue-name", "");
    if (settings.get(QueueSettings.QUEUE_TYPE) != QueueType.AMQP) {
      return;
    }
    need(QueueSettings.AMQP_URI, "--amqp-uri", "");
    if (settings.find(QueueSettings.AMQP_URI).isPresent()) {
      usable("--amqp-uri", () -> QueueWiring.jobsEndpoint(settings).place());
    }
    settings
        .find(QueueSettings.LOGS_AMQP_URI)
        .ifPresent(
            uri ->
                usable("--logs-amqp-uri", () -> QueueWiring.logsEndpoint(settings, uri).place()));
  }

  private void images() {
    if (settings.get(InstanceSettings.IMAGE_SELECTOR_TYPE) == ImageSelection.API) {
      need(
          InstanceSettings.IMAGE_SELECTOR_URL,
          "--jupiterbrain-image-selector-url",
          " with --jupiterbrain-image-selector-type=api");
    }
  }

  private void need(Setting<?> setting, String flag, String when) {
    if (settings.find(setting).isEmpty()) {
      problems.add(
          "%s is required%s: set it, or TRAVIS_WORKER_%s".formatted(flag, when, setting.name()));
    }
  }

  private void positive(Setting<Duration> setting) {
    if (settings.get(setting).isZero()) {
      problems.add("TRAVIS_WORKER_%s must be longer than 0".formatted(setting.name()));
    }
  }

  private <T> @Nullable T usable(String flag, Supplier<T> use) {
    try {
      return use.get();
    } catch (IllegalArgumentException e) {
      problems.add(flag + ": " + e.getMessage());
      return null;
    }
  }
}
