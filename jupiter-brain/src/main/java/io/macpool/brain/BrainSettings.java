package io.macpool.brain;

import io.macpool.core.fleet.placement.PlacementPlanner;
import io.macpool.service.sentry.ErrorReports;
import io.macpool.service.setting.ListenAddress;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Setting;
import io.macpool.service.setting.SettingsSpec;
import io.macpool.service.trace.Traces;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Everything that may be set on the broker, in the order in which the documentation shows it: its
 * clients and its instances here, vCenter, Macs with tart and host hygiene by subject.
 */
public final class BrainSettings {

  /** What the names of its variables begin with. */
  static final String PREFIX = "JUPITER_BRAIN_";

  public static final Setting<ListenAddress> ADDR =
      Setting.of("ADDR", "where clients reach the API", "HOST:PORT", ListenAddress::parse)
          .also("PORT")
          .defaultTo(new ListenAddress("0.0.0.0", 42_161));

  public static final Setting<ListenAddress> ADMIN_ADDR =
      Setting.of(
          "ADMIN_ADDR",
          "a port of their own for health, metrics, build info and the OpenAPI document;"
              + " without it they are on the API's port",
          "HOST:PORT",
          ListenAddress::parse);

  public static final Setting<Secret> AUTH_TOKEN =
      Setting.secret(
          "AUTH_TOKEN",
          "the one token of an old installation: its holder may do everything, and is called"
              + " default");

  public static final Setting<Secret> AUTH_TOKENS =
      Setting.secret(
          "AUTH_TOKENS",
          "tokens of clients, as NAME=TOKEN,NAME=TOKEN: the name is the owner of what its client"
              + " makes, and only that may it destroy; several may share a name while a token is"
              + " rotated");

  public static final Setting<Secret> ADMIN_TOKENS =
      Setting.secret(
          "ADMIN_TOKENS",
          "tokens of administrators, as NAME=TOKEN,NAME=TOKEN: they may also destroy what others"
              + " made, cordon hosts and ask for a sync");

  public static final Setting<Secret> READ_TOKENS =
      Setting.secret(
          "READ_TOKENS", "tokens for dashboards that may only read, as NAME=TOKEN,NAME=TOKEN");

  public static final Setting<Integer> HOST_CONCURRENT_OPERATIONS =
      Setting.integer(
              "HOST_CONCURRENT_OPERATIONS", 1, 1_000, "creates and destroys at a time on one host")
          .defaultTo(8);

  public static final Setting<Integer> SLOTS_PER_HOST =
      Setting.integer(
              "SLOTS_PER_HOST", 0, 64, "VMs that a host may hold; Apple's licence allows two")
          .defaultTo(2);

  public static final Setting<PlacementPlanner.Policy> PLACEMENT =
      Setting.choice(
              "PLACEMENT",
              PlacementPlanner.Policy.class,
              "spread: the least loaded host first; pack: the fullest; drs: as spread; with each,"
                  + " slots follow whatever DRS or vMotion moves later")
          .defaultTo(PlacementPlanner.Policy.SPREAD);

  public static final Setting<Duration> WAIT_WHEN_FULL =
      Setting.duration(
              "WAIT_WHEN_FULL",
              "how long a create waits, fairly by owner, for a slot before it is refused; 0: not")
          .defaultTo(Duration.ZERO);

  public static final Setting<Integer> OWNER_QUOTA =
      Setting.integer("OWNER_QUOTA", 0, 1_000_000, "instances that one owner may hold; 0: no limit")
          .defaultTo(0);

  public static final Setting<Integer> MAX_CPUS =
      Setting.integer("MAX_CPUS", 1, 1_024, "the most processors that a client may ask for")
          .defaultTo(64);

  public static final Setting<Integer> MAX_RAM =
      Setting.integer(
              "MAX_RAM", 1, Integer.MAX_VALUE, "the most memory, in MB, that a client may ask for")
          .defaultTo(1_048_576);

  public static final Setting<Duration> REQUEST_TIMEOUT =
      Setting.duration(
              "REQUEST_TIMEOUT", "the longest that a request may take; what it made is destroyed")
          .defaultTo(Duration.ofMinutes(3));

  public static final Setting<Duration> DRAIN_TIMEOUT =
      Setting.duration(
              "DRAIN_TIMEOUT",
              "how long creates and destroys under way may go on after SIGTERM; what has not ended"
                  + " by then is answered with 503. The process must be given longer to end")
          .defaultTo(Duration.ofMinutes(3));

  public static final Setting<Secret> DATABASE_URL =
      Setting.secret(
              "DATABASE_URL",
              "the ledger: postgres://user:password@host:5432/database; embedded, for one replica"
                  + " only, if unset")
          .also("DATABASE_URL");

  public static final Setting<Integer> DATABASE_POOL_SIZE =
      Setting.integer("DATABASE_POOL_SIZE", 1, 100, "connections to the database")
          .also("DATABASE_POOL_SIZE")
          .defaultTo(2);

  public static final Setting<String> LEDGER_FILE =
      Setting.text(
          "LEDGER_FILE",
          "file of the embedded ledger, when there is no database; in memory, so lost at a restart,"
              + " if unset");

  public static final Setting<Duration> LEDGER_KEEP =
      Setting.duration("LEDGER_KEEP", "how long destroyed instances stay in the ledger")
          .defaultTo(Duration.ofDays(30));

  public static final Setting<Duration> RECONCILE_INTERVAL =
      Setting.duration("RECONCILE_INTERVAL", "pause between comparing ledger and inventory")
          .defaultTo(Duration.ofSeconds(10));

  public static final Setting<Integer> DESTROY_BUDGET =
      Setting.integer(
              "DESTROY_BUDGET", 0, 10_000, "VMs without an owner destroyed in one reconciliation")
          .defaultTo(50);

  public static final Setting<Boolean> DRY_RUN =
      Setting.flag(
          "DRY_RUN", "reconciliation and janitor only say what they would destroy; requests work");

  public static final Setting<Duration> JANITOR_CUTOFF =
      Setting.duration(
              "JANITOR_CUTOFF",
              "an instance that has been up for longer is destroyed: its expires-at says when")
          .also("VSPHERE_JANITOR_CUTOFF")
          .defaultTo(Duration.ofHours(2));

  public static final Setting<Duration> JANITOR_ZERO_UPTIME_CUTOFF =
      Setting.duration(
              "JANITOR_ZERO_UPTIME_CUTOFF",
              "an instance that is on this long without having booted is destroyed")
          .also("VSPHERE_JANITOR_ZERO_UPTIME_CUTOFF")
          .defaultTo(Duration.ofMinutes(5));

  public static final Setting<String> WARM =
      Setting.text(
          "WARM",
          "images to keep booted instances of, as IMAGE=MIN:MAX:TTL,…, such as xcode-16=2:4:30m");

  public static final Setting<Integer> SSH_PORT =
      Setting.integer("SSH_PORT", 1, 65_535, "port probed before an instance counts as warm")
          .defaultTo(22);

  public static final Setting<Duration> WARM_BOOT_TIMEOUT =
      Setting.duration("WARM_BOOT_TIMEOUT", "a warm instance not up by then is destroyed")
          .defaultTo(Duration.ofMinutes(5));

  public static final Setting<Integer> QUARANTINE_AFTER =
      Setting.integer(
              "QUARANTINE_AFTER",
              1,
              1_000,
              "failed creates in a row that shut an image out, if they failed on several hosts or"
                  + " other images work there")
          .defaultTo(5);

  public static final Setting<Duration> QUARANTINE_FOR =
      Setting.duration(
              "QUARANTINE_FOR", "how long an image stays shut out before one create tries it again")
          .defaultTo(Duration.ofMinutes(2));

  public static final Setting<Integer> HOST_REST_AFTER =
      Setting.integer(
              "HOST_REST_AFTER",
              1,
              1_000,
              "failed creates in a row on one host, while the same image works on another, after"
                  + " which nothing is placed there for a while")
          .defaultTo(2);

  public static final Setting<Duration> HOST_REST =
      Setting.duration(
              "HOST_REST",
              "how long such a host rests before one create tries it again; twice as long after"
                  + " each that fails, up to eight times")
          .defaultTo(Duration.ofSeconds(30));

  private static final String METRICS_INSTEAD = "Micrometer's meters at /metrics replace it";
  private static final String TRACES_INSTEAD =
      "requests go to an OpenTelemetry collector as spans: set TRACES_URL";

  private static final List<Setting<?>> CLIENTS =
      List.of(
          ADDR, ADMIN_ADDR, Traces.COLLECTOR, AUTH_TOKEN, AUTH_TOKENS, ADMIN_TOKENS, READ_TOKENS);

  private static final List<Setting<?>> INSTANCES =
      List.of(
          HOST_CONCURRENT_OPERATIONS,
          SLOTS_PER_HOST,
          PLACEMENT,
          WAIT_WHEN_FULL,
          OWNER_QUOTA,
          MAX_CPUS,
          MAX_RAM,
          REQUEST_TIMEOUT,
          DRAIN_TIMEOUT,
          DATABASE_URL,
          DATABASE_POOL_SIZE,
          LEDGER_FILE,
          LEDGER_KEEP,
          RECONCILE_INTERVAL,
          DESTROY_BUDGET,
          DRY_RUN,
          JANITOR_CUTOFF,
          JANITOR_ZERO_UPTIME_CUTOFF,
          WARM,
          SSH_PORT,
          WARM_BOOT_TIMEOUT,
          QUARANTINE_AFTER,
          QUARANTINE_FOR,
          HOST_REST_AFTER,
          HOST_REST);

  private static final List<Setting<?>> REPORTS =
      List.of(ErrorReports.DSN, ErrorReports.ENVIRONMENT);

  private static final List<Setting<?>> RETIRED =
      List.of(
          Setting.retired("LIBRATO_EMAIL", METRICS_INSTEAD).also("LIBRATO_EMAIL"),
          Setting.retired("LIBRATO_TOKEN", METRICS_INSTEAD).also("LIBRATO_TOKEN"),
          Setting.retired("LIBRATO_SOURCE", METRICS_INSTEAD).also("LIBRATO_SOURCE"),
          Setting.retired("HONEYCOMB_WRITE_KEY", METRICS_INSTEAD),
          Setting.retired("HONEYCOMB_DATASET", METRICS_INSTEAD),
          Setting.retired("HONEYCOMB_REQUEST_DATASET", TRACES_INSTEAD),
          Setting.retired("HONEYCOMB_SAMPLE_RATE", TRACES_INSTEAD),
          Setting.retired("PPROF_ADDR", "use the JVM's own tools, such as jcmd"));

  public static final SettingsSpec SPEC =
      new SettingsSpec(
          "jupiter-brain",
          "turns Mac hosts under vSphere, and Macs with tart, into short-lived macOS instances;"
              + " jupiter-brain janitor --help tells of the janitor",
          PREFIX,
          Stream.of(
                  CLIENTS,
                  VSphereSettings.ALL,
                  TartSettings.ALL,
                  INSTANCES,
                  HygieneSettings.ALL,
                  REPORTS,
                  RETIRED)
              .flatMap(List::stream)
              .toList(),
          Set.of("DEBUG"));

  private BrainSettings() {}
}
