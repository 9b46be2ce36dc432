package io.macpool.worker;

import io.macpool.broker.BrokerEndpoint;
import io.macpool.service.Secret;
import io.macpool.service.Setting;
import io.macpool.service.Settings;
import io.macpool.service.SettingsException;
import io.macpool.worker.InstanceSettings.ImageSelection;
import io.macpool.worker.QueueSettings.QueueType;
import io.macpool.worker.ssh.GuestKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What can be wrong with settings that are right one by one. */
final class SettingsCheck {

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
    check.remoteControl();
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
        () -> BrokerEndpoint.parse(settings.get(GeneratorSettings.BUILD_API_URI).reveal()));
    check.usable(
        "--jupiterbrain-endpoint",
        () -> BrokerEndpoint.parse(settings.get(InstanceSettings.ENDPOINT).reveal()));
    GuestKey key =
        check.usable(
            "--jupiterbrain-ssh-key-path",
            () ->
                GuestKey.load(
                    Path.of(settings.get(InstanceSettings.SSH_KEY_PATH)),
                    settings.find(InstanceSettings.SSH_KEY_PASSPHRASE).map(Secret::reveal)));
    if (!check.problems.isEmpty()) {
      throw new SettingsException(check.problems);
    }
    return key;
  }

  private void queue() {
    need(QueueSettings.QUEUE_NAME, "--queue-name", "");
    if (settings.get(QueueSettings.QUEUE_TYPE) != QueueType.AMQP) {
      return;
    }
    need(QueueSettings.AMQP_URI, "--amqp-uri", "");
    if (settings.find(QueueSettings.AMQP_URI).isPresent()) {
      usable("--amqp-uri", () -> QueueSide.jobsEndpoint(settings).place());
    }
    settings
        .find(QueueSettings.LOGS_AMQP_URI)
        .ifPresent(
            uri -> usable("--logs-amqp-uri", () -> QueueSide.logsEndpoint(settings, uri).place()));
  }

  private void remoteControl() {
    if (settings.find(WorkerSettings.REMOTE_CONTROLLER_ADDR).isPresent()) {
      need(
          WorkerSettings.REMOTE_CONTROLLER_AUTH,
          "--remote-controller-auth",
          " with --remote-controller-addr");
    }
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

  private <T> T usable(String flag, Supplier<T> use) {
    try {
      return use.get();
    } catch (IllegalArgumentException e) {
      problems.add(flag + ": " + e.getMessage());
      return null;
    }
  }
}
