package io.macpool.scaleset;

import io.macpool.core.GoDuration;
import io.macpool.scaleset.github.GitHubUrl;
import io.macpool.service.setting.ListenAddress;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Setting;
import io.macpool.service.setting.SettingsSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Everything that a person may set on the scale set. */
public final class ScaleSetSettings {

  public static final Setting<ListenAddress> ADMIN_ADDR =
      Setting.of(
              "ADMIN_ADDR",
              "where /health/live, /health/ready, /metrics and /info are answered",
              "HOST:PORT",
              ListenAddress::parse)
          .defaultTo(new ListenAddress("0.0.0.0", 8092));

  public static final Setting<Secret> BROKER_URL =
      Setting.secret(
              "BROKER_URL",
              "the VM broker, https://TOKEN@HOST:PORT; best a token of the scale set's own, which"
                  + " makes it an owner with a quota")
          .required();

  public static final Setting<GitHubUrl> GITHUB_URL =
      Setting.of(
              "GITHUB_URL",
              "whom the scale set belongs to: https://github.com/ORGANIZATION, …/OWNER/REPOSITORY,"
                  + " …/enterprises/ENTERPRISE, or the same on a GitHub Enterprise Server",
              "URL",
              GitHubUrl::parse)
          .required();

  public static final Setting<String> GITHUB_TOKEN_FILE =
      Setting.text(
          "GITHUB_TOKEN_FILE",
          "file with a personal access token that may manage runners; read anew for each use");

  public static final Setting<String> GITHUB_APP_ID =
      Setting.text("GITHUB_APP_ID", "in the token's place: the id of a GitHub App");

  public static final Setting<Long> GITHUB_APP_INSTALLATION =
      Setting.of(
          "GITHUB_APP_INSTALLATION",
          "the id of the app's installation",
          "N",
          ScaleSetSettings::parseId);

  public static final Setting<String> GITHUB_APP_KEY_FILE =
      Setting.text(
          "GITHUB_APP_KEY_FILE",
          "file with the app's private key in PEM, as GitHub gives it out; read anew for each use");

  public static final Setting<String> GITHUB_CA_FILE =
      Setting.text(
          "GITHUB_CA_FILE",
          "PEM file of the authority that signed a GitHub Enterprise Server's certificate; not set:"
              + " those that Java trusts");

  public static final Setting<Secret> PROXY =
      Setting.secret(
          "PROXY",
          "the HTTP proxy on the way to GitHub, http://HOST:PORT or http://USER:PASSWORD@HOST:PORT;"
              + " the broker needs none");

  public static final Setting<String> NAME =
      Setting.of(
              "NAME",
              "the scale set's name, which jobs name in runs-on; made in GitHub if there is none",
              "TEXT",
              ScaleSetSettings::parseName)
          .required();

  public static final Setting<String> RUNNER_GROUP =
      Setting.text("RUNNER_GROUP", "the runner group that it belongs to").defaultTo("Default");

  public static final Setting<List<String>> LABELS =
      Setting.of(
              "LABELS",
              "labels that jobs name in runs-on, with commas, for a scale set that is made; not"
                  + " set: its name",
              "TEXT,…",
              ScaleSetSettings::parseLabels)
          .defaultTo(List.of());

  public static final Setting<String> IMAGE =
      Setting.text("IMAGE", "the image that runners run on").required();

  public static final Setting<Integer> CPUS =
      Setting.integer("CPUS", 0, 1000, "processors of an instance; 0: as the image has")
          .defaultTo(0);

  public static final Setting<Integer> RAM =
      Setting.integer("RAM", 0, 10_000_000, "its memory in MB; 0: as the image has").defaultTo(0);

  public static final Setting<Integer> MIN_RUNNERS =
      Setting.integer(
              "MIN_RUNNERS",
              0,
              1000,
              "runners that wait for a job, beyond those that have one; each holds a slot. The"
                  + " broker's warm instances cost less")
          .defaultTo(0);

  public static final Setting<Integer> MAX_RUNNERS =
      Setting.integer("MAX_RUNNERS", 1, 1000, "runners at a time").defaultTo(100);

  public static final Setting<String> RUNNER_COMMAND =
      Setting.of(
              "RUNNER_COMMAND",
              "what starts the runner on an instance, for its user's login shell; it finds what the"
                  + " runner needs to know in the variable ACTIONS_RUNNER_INPUT_JITCONFIG",
              "TEXT",
              ScaleSetSettings::parseCommand)
          .defaultTo("cd ~/actions-runner && ./run.sh");

  public static final Setting<String> SSH_KEY_FILE =
      Setting.text("SSH_KEY_FILE", "the private key that opens instances").required();

  public static final Setting<String> SSH_USER =
      Setting.text("SSH_USER", "their user").defaultTo("travis");

  public static final Setting<Integer> SSH_PORT =
      Setting.integer("SSH_PORT", 1, 65_535, "their port").defaultTo(22);

  public static final Setting<Duration> BOOT_TIMEOUT =
      Setting.duration(
              "BOOT_TIMEOUT", "how long an instance may take until it lets us in; then another")
          .defaultTo(Duration.ofMinutes(5));

  public static final Setting<Duration> LEASE =
      Setting.of(
              "LEASE",
              "how long the broker keeps the instances of a scale set that says nothing, 10s to 1h:"
                  + " a restart has to be over by then, and jobs go on",
              "DURATION",
              ScaleSetSettings::parseLease)
          .defaultTo(Duration.ofMinutes(5));

  public static final SettingsSpec SPEC =
      new SettingsSpec(
          "scale-set",
          "holds a GitHub Actions runner scale set: each job gets a fresh Mac",
          "MACPOOL_SCALE_SET_",
          List.of(
              ADMIN_ADDR,
              BROKER_URL,
              GITHUB_URL,
              GITHUB_TOKEN_FILE,
              GITHUB_APP_ID,
              GITHUB_APP_INSTALLATION,
              GITHUB_APP_KEY_FILE,
              GITHUB_CA_FILE,
              PROXY,
              NAME,
              RUNNER_GROUP,
              LABELS,
              IMAGE,
              CPUS,
              RAM,
              MIN_RUNNERS,
              MAX_RUNNERS,
              RUNNER_COMMAND,
              SSH_KEY_FILE,
              SSH_USER,
              SSH_PORT,
              BOOT_TIMEOUT,
              LEASE));

  private ScaleSetSettings() {}

  private static Long parseId(String text) {
    if (!text.matches("[1-9][0-9]{0,17}")) {
      throw new IllegalArgumentException("\"" + text + "\" is no id: a number is");
    }
    return Long.valueOf(text);
  }

  /** It becomes part of runners' names, of 64 characters at most, and of a lease's. */
  private static String parseName(String text) {
    if (!text.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,49}")) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not of 1 to 50 letters, digits and . _ -, a letter or digit first");
    }
    return text;
  }

  private static List<String> parseLabels(String text) {
    return Arrays.stream(text.split(",", -1))
        .map(String::strip)
        .filter(label -> !label.isEmpty())
        .toList();
  }

  private static String parseCommand(String text) {
    if (text.isBlank() || text.lines().count() > 1) {
      throw new IllegalArgumentException("is not one line: put more into a script of the image");
    }
    return text.strip();
  }

  private static Duration parseLease(String text) {
    Duration lease = GoDuration.parse(text);
    if (lease.compareTo(Duration.ofSeconds(10)) < 0 || lease.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException("\"" + text + "\" is not between 10s and 1h");
    }
    return lease;
  }
}
