package io.macpool.worker;

import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Setting;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The instances, and how they are reached. Part of {@link WorkerSettings}. */
public final class InstanceSettings {

  /** How the image of a job is chosen. */
  public enum ImageSelection {
    ENV,
    API
  }

  public static final Setting<Secret> ENDPOINT =
      Setting.secret("JUPITERBRAIN_ENDPOINT", "the VM broker, https://TOKEN@HOST:PORT").required();
  public static final Setting<String> SSH_KEY_PATH =
      Setting.text("JUPITERBRAIN_SSH_KEY_PATH", "the private key that opens instances").required();
  public static final Setting<Secret> SSH_KEY_PASSPHRASE =
      Setting.secret("JUPITERBRAIN_SSH_KEY_PASSPHRASE", "the private key's passphrase");
  public static final Setting<Integer> SSH_PORT =
      Setting.integer("JUPITERBRAIN_SSH_PORT", 1, 65_535, "the port on which instances answer SSH")
          .defaultTo(22);
  public static final Setting<Duration> SSH_DIAL_TIMEOUT =
      Setting.duration("JUPITERBRAIN_SSH_DIAL_TIMEOUT", "how long a login over SSH may take")
          .defaultTo(Duration.ofSeconds(5));
  public static final Setting<Duration> SSH_KEEP_ALIVE =
      Setting.duration(
              "JUPITERBRAIN_SSH_KEEP_ALIVE",
              "a session that misses two of these counts as lost when the third is due")
          .defaultTo(Duration.ofSeconds(9));
  public static final Setting<Duration> SSH_RECONNECT_TIMEOUT =
      Setting.duration(
              "JUPITERBRAIN_SSH_RECONNECT_TIMEOUT",
              "how long to try to reach the script of a lost session before the job is given back")
          .defaultTo(Duration.ofMinutes(1));
  public static final Setting<Secret> KEYCHAIN_PASSWORD =
      Setting.secret("JUPITERBRAIN_KEYCHAIN_PASSWORD", "opens the login keychain of macOS guests");
  public static final Setting<ImageSelection> IMAGE_SELECTOR_TYPE =
      Setting.choice(
              "JUPITERBRAIN_IMAGE_SELECTOR_TYPE", ImageSelection.class, "how images are chosen")
          .defaultTo(ImageSelection.ENV);
  public static final Setting<CalledUrl> IMAGE_SELECTOR_URL =
      WorkerSettings.url("JUPITERBRAIN_IMAGE_SELECTOR_URL", "the service that chooses images");
  public static final Setting<String> IMAGE_ALIASES =
      Setting.text(
          "JUPITERBRAIN_IMAGE_ALIASES",
          "names, by comma, whose images are in JUPITERBRAIN_IMAGE_ALIAS_NAME");
  public static final Setting<Map<String, String>> IMAGES =
      Setting.family(
          "JUPITERBRAIN_IMAGE_",
          "the image for a key such as OSX_IMAGE_XCODE12_5, OS_OSX or DEFAULT");
  public static final Setting<Integer> INSTANCE_CPUS =
      Setting.integer(
              "JUPITERBRAIN_INSTANCE_CPUS", 0, 1024, "processors of an instance; 0: as the image")
          .defaultTo(0);
  public static final Setting<Integer> INSTANCE_RAM =
      Setting.integer(
              "JUPITERBRAIN_INSTANCE_RAM", 0, 16_777_216, "MB of an instance; 0: as the image")
          .defaultTo(0);
  public static final Setting<Duration> INSTANCE_LEASE =
      Setting.duration(
              "INSTANCE_LEASE",
              "after such a time without a word from this worker, and with one from another, the"
                  + " broker destroys its instances; 0s: only when their own time is over")
          .defaultTo(Duration.ofSeconds(30));
  public static final Setting<Duration> BOOT_POLL_SLEEP =
      Setting.duration("JUPITERBRAIN_BOOT_POLL_SLEEP", "the longest pause between looks at a boot")
          .defaultTo(Duration.ofSeconds(3));
  public static final Setting<Duration> BOOT_POLL_DIAL_TIMEOUT =
      Setting.duration(
              "JUPITERBRAIN_BOOT_POLL_DIAL_TIMEOUT", "how long a connection to SSH may take")
          .defaultTo(Duration.ofSeconds(3));
  public static final Setting<Boolean> RESERVE_BEFORE_TAKE =
      Setting.flag(
              "JUPITERBRAIN_RESERVE_BEFORE_TAKE",
              "take a job only while the broker's /capacity shows room for it")
          .defaultTo(true);
  public static final Setting<Duration> CAPACITY_WAIT =
      Setting.duration(
              "JUPITERBRAIN_CAPACITY_WAIT",
              "how long a job taken waits for a full pool before it is given back; keep it and the"
                  + " hard timeout below the job broker's consumer_timeout")
          .defaultTo(Duration.ofMinutes(20));

  private InstanceSettings() {}

  static List<Setting<?>> all() {
    List<Setting<?>> all = declared();
    all.stream()
        .filter(setting -> setting.name().startsWith("JUPITERBRAIN_"))
        .forEach(Setting::ofProvider);
    return all;
  }

  private static List<Setting<?>> declared() {
    return List.of(
        ENDPOINT,
        SSH_KEY_PATH,
        SSH_KEY_PASSPHRASE,
        SSH_PORT,
        SSH_DIAL_TIMEOUT,
        SSH_KEEP_ALIVE,
        SSH_RECONNECT_TIMEOUT,
        KEYCHAIN_PASSWORD,
        IMAGE_SELECTOR_TYPE,
        IMAGE_SELECTOR_URL,
        IMAGE_ALIASES,
        IMAGES,
        INSTANCE_CPUS,
        INSTANCE_RAM,
        INSTANCE_LEASE,
        BOOT_POLL_SLEEP,
        BOOT_POLL_DIAL_TIMEOUT,
        RESERVE_BEFORE_TAKE,
        CAPACITY_WAIT);
  }
}
