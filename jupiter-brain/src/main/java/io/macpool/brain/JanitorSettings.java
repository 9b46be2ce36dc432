package io.macpool.brain;

import io.macpool.service.ServiceMain;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Setting;
import io.macpool.service.setting.SettingsSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Everything that may be set on the janitor: the old program's names, and the broker's own for what
 * both need, so that it runs in the broker's environment as it is.
 */
public final class JanitorSettings {

  public static final Setting<Secret> VSPHERE_URL =
      Setting.secret("VSPHERE_URL", "vCenter's SDK: https://user:password@host/sdk")
          .letter("u")
          .also("JUPITER_BRAIN_VSPHERE_API_URL")
          .also("VSPHERE_API_URL")
          .required();

  public static final Setting<String> VSPHERE_PASSWORD_FILE =
      Setting.text(
              "VSPHERE_PASSWORD_FILE",
              "a file with the password of vCenter's user, instead of the URL's")
          .also("JUPITER_BRAIN_VSPHERE_PASSWORD_FILE");

  public static final Setting<List<String>> VSPHERE_VM_PATHS =
      Setting.of(
              "VSPHERE_VM_PATHS",
              "inventory paths of the folders to look at, with commas; folders below them are not",
              "PATH,PATH",
              JanitorSettings::paths)
          .letter("p")
          .repeatable()
          .also("JUPITER_BRAIN_VSPHERE_VM_PATH")
          .required();

  public static final Setting<String> VSPHERE_BASE_PATH =
      Setting.text(
              "VSPHERE_BASE_PATH",
              "the folder of base VMs: refused as a folder to look at. A template, or a VM with a"
                  + " snapshot named base, is never touched wherever it lies")
          .also("JUPITER_BRAIN_VSPHERE_BASE_PATH");

  public static final Setting<String> VSPHERE_CA_FILE =
      Setting.text(
              "VSPHERE_CA_FILE", "PEM file of the authorities that may sign vCenter's certificate")
          .also("JUPITER_BRAIN_VSPHERE_CA_FILE");

  public static final Setting<String> VSPHERE_THUMBPRINT =
      Setting.text("VSPHERE_THUMBPRINT", "SHA-256 of vCenter's certificate in hex")
          .also("JUPITER_BRAIN_VSPHERE_THUMBPRINT");

  public static final Setting<Boolean> VSPHERE_INSECURE =
      Setting.flag("VSPHERE_INSECURE", "trust any certificate; warned of at each start")
          .also("JUPITER_BRAIN_VSPHERE_INSECURE");

  public static final Setting<Secret> DATABASE_URL =
      Setting.secret(
              "DATABASE_URL",
              "the brokers' ledger, postgres://…: what waits warm or is being made stays, and what"
                  + " goes is recorded; without it, age alone counts")
          .also("JUPITER_BRAIN_DATABASE_URL")
          .also("DATABASE_URL");

  public static final Setting<Boolean> ONCE =
      Setting.flag("ONCE", "look once, print what was done, and end").letter("O");

  public static final Setting<Boolean> DRY_RUN =
      Setting.flag("DRY_RUN", "only print what would be destroyed").also("JUPITER_BRAIN_DRY_RUN");

  public static final Setting<Boolean> SKIP_DESTROY =
      Setting.flag("SKIP_DESTROY", "switch machines off, but do not destroy them").letter("S");

  public static final Setting<Duration> CUTOFF =
      Setting.duration("CUTOFF", "a machine that has been up for longer is destroyed")
          .letter("C")
          .also("JUPITER_BRAIN_JANITOR_CUTOFF")
          .defaultTo(Duration.ofHours(2));

  public static final Setting<Duration> ZERO_UPTIME_CUTOFF =
      Setting.duration(
              "ZERO_UPTIME_CUTOFF",
              "a machine that is older, and off or on without having booted, is destroyed")
          .also("JUPITER_BRAIN_JANITOR_ZERO_UPTIME_CUTOFF")
          .defaultTo(Duration.ofMinutes(5));

  public static final Setting<Integer> BUDGET =
      Setting.integer(
              "BUDGET", 0, 10_000, "machines destroyed in one round at most, the oldest first")
          .also("JUPITER_BRAIN_DESTROY_BUDGET")
          .defaultTo(50);

  public static final Setting<Integer> CONCURRENCY =
      Setting.integer("CONCURRENCY", 1, 1_000, "machines at a time").letter("c").defaultTo(5);

  public static final Setting<Integer> RATE_PER_SECOND =
      Setting.integer("RATE_PER_SECOND", 1, 1_000, "machines begun in a second")
          .letter("R")
          .defaultTo(5);

  public static final Setting<Duration> CLEANUP_LOOP_SLEEP =
      Setting.duration("CLEANUP_LOOP_SLEEP", "pause between two rounds, unless --once")
          .letter("s")
          .defaultTo(Duration.ofMinutes(1));

  private static final String METRICS_INSTEAD = "the janitor prints what it did";
  private static final String NEVER_HAD_ONE =
      "nor had it in the old janitor, which read it and looked at it no more";

  public static final SettingsSpec SPEC =
      new SettingsSpec(
          "jupiter-brain janitor",
          "destroys VMs that nobody can want any more, by their age; exit status 0: done,"
              + " 1: something could not be read or destroyed, 2: unusable settings",
          "VSPHERE_JANITOR_",
          List.of(
              ONCE,
              DRY_RUN,
              VSPHERE_URL,
              VSPHERE_PASSWORD_FILE,
              VSPHERE_VM_PATHS,
              VSPHERE_BASE_PATH,
              VSPHERE_CA_FILE,
              VSPHERE_THUMBPRINT,
              VSPHERE_INSECURE,
              DATABASE_URL,
              CUTOFF,
              ZERO_UPTIME_CUTOFF,
              SKIP_DESTROY,
              BUDGET,
              CONCURRENCY,
              RATE_PER_SECOND,
              CLEANUP_LOOP_SLEEP,
              ServiceMain.DEBUG,
              Setting.retiredFlag("SKIP_ZERO_UPTIME", NEVER_HAD_ONE).letter("z"),
              Setting.retiredFlag("SKIP_NO_BOOT_TIME", NEVER_HAD_ONE).letter("B"),
              Setting.retired("LIBRATO_EMAIL", METRICS_INSTEAD),
              Setting.retired("LIBRATO_TOKEN", METRICS_INSTEAD),
              Setting.retired("LIBRATO_SOURCE", METRICS_INSTEAD),
              Setting.retiredFlag("SILENCE_METRICS", METRICS_INSTEAD),
              Setting.retired("HONEYCOMB_WRITE_KEY", METRICS_INSTEAD),
              Setting.retired("HONEYCOMB_DATASET", METRICS_INSTEAD),
              Setting.retired("PPROF_PORT", "use the JVM's own tools, such as jcmd")),
          // What the old janitor read without its prefix as well; its own example uses these alone.
          Set.of(
              "VSPHERE_URL",
              "VSPHERE_VM_PATHS",
              "SKIP_DESTROY",
              "SKIP_ZERO_UPTIME",
              "SKIP_NO_BOOT_TIME",
              "CUTOFF",
              "ZERO_UPTIME_CUTOFF",
              "CONCURRENCY",
              "ONCE",
              "CLEANUP_LOOP_SLEEP",
              "RATE_PER_SECOND",
              "LIBRATO_EMAIL",
              "LIBRATO_TOKEN",
              "LIBRATO_SOURCE",
              "SILENCE_METRICS",
              "HONEYCOMB_WRITE_KEY",
              "HONEYCOMB_DATASET",
              "PPROF_PORT"));

  private JanitorSettings() {}

  private static List<String> paths(String text) {
    List<String> paths =
        Arrays.stream(text.split(",", -1)).map(String::strip).filter(p -> !p.isEmpty()).toList();
    if (paths.isEmpty()) {
      throw new IllegalArgumentException("names no folder");
    }
    return paths;
  }
}
