package io.macpool.brain;

import io.macpool.brain.tart.RelayAddress;
import io.macpool.core.fleet.placement.PlacementPlanner;
import io.macpool.core.hygiene.MaintenanceWindow;
import io.macpool.service.sentry.ErrorReports;
import io.macpool.service.setting.ListenAddress;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Setting;
import io.macpool.service.setting.SettingsSpec;
import io.macpool.service.trace.Traces;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Everything that may be set on the broker, in the order in which the documentation shows it. */
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

  public static final Setting<Secret> VSPHERE_API_URL =
      Setting.secret(
              "VSPHERE_API_URL",
              "vCenter's SDK: https://user:password@host/sdk. It and the three paths are required,"
                  + " unless TART_HOSTS is set and nothing of vSphere's: then there is no vCenter")
          .also("VSPHERE_API_URL");

  public static final Setting<String> VSPHERE_PASSWORD_FILE =
      Setting.text(
          "VSPHERE_PASSWORD_FILE",
          "a file with the password of vCenter's user, instead of the URL's: it is followed when it"
              + " changes, as a mounted Secret does");

  public static final Setting<String> VSPHERE_BASE_PATH =
      Setting.text(
          "VSPHERE_BASE_PATH",
          "inventory path of the folder of base VMs, such as /Datacenter/vm/Base/");

  public static final Setting<String> VSPHERE_VM_PATH =
      Setting.text(
          "VSPHERE_VM_PATH",
          "inventory path of the folder that clones go to; every VM in it is the broker's");

  public static final Setting<String> VSPHERE_CLUSTER_PATH =
      Setting.text(
          "VSPHERE_CLUSTER_PATH",
          "inventory path of the cluster, such as /Datacenter/host/Cluster/");

  public static final Setting<String> VSPHERE_CA_FILE =
      Setting.text(
          "VSPHERE_CA_FILE",
          "PEM file of the authorities that may sign vCenter's certificate, followed when it"
              + " changes; the JVM's own if unset");

  public static final Setting<String> VSPHERE_THUMBPRINT =
      Setting.text(
          "VSPHERE_THUMBPRINT",
          "SHA-256 of vCenter's certificate in hex, colons or not: that certificate is trusted"
              + " whoever signed it");

  public static final Setting<Boolean> VSPHERE_INSECURE =
      Setting.flag("VSPHERE_INSECURE", "trust any certificate; warned of at each start");

  public static final Setting<String> VSPHERE_ANSWERS =
      Setting.of(
          "VSPHERE_ANSWERS",
          "how a VM's questions at power-on are answered: the beginning of the question, and a part"
              + " of the choice; msg.uuid.altered=copied unless given otherwise, and what has no"
              + " answer is cancelled",
          "QUESTION=CHOICE,…",
          text -> text);

  public static final Setting<Duration> VSPHERE_CALL_TIMEOUT =
      Setting.duration("VSPHERE_CALL_TIMEOUT", "the longest that one call to vCenter may take")
          .defaultTo(Duration.ofSeconds(30));

  public static final Setting<Duration> VSPHERE_TASK_TIMEOUT =
      Setting.duration("VSPHERE_TASK_TIMEOUT", "the longest that one vSphere task may take")
          .defaultTo(Duration.ofMinutes(10));

  public static final Setting<Duration> VSPHERE_STALE_AFTER =
      Setting.duration(
              "VSPHERE_STALE_AFTER",
              "an inventory not confirmed for this long makes the broker not ready and reads"
                  + " direct")
          .defaultTo(Duration.ofSeconds(60));

  public static final Setting<Integer> VSPHERE_CONCURRENT_READ_OPERATIONS =
      Setting.integer(
              "VSPHERE_CONCURRENT_READ_OPERATIONS", 1, 1_000, "direct reads of vCenter at a time")
          .defaultTo(4);

  public static final Setting<Integer> VSPHERE_CONCURRENT_CREATE_OPERATIONS =
      Setting.integer("VSPHERE_CONCURRENT_CREATE_OPERATIONS", 1, 10_000, "creates at a time")
          .defaultTo(48);

  public static final Setting<Integer> VSPHERE_CONCURRENT_DELETE_OPERATIONS =
      Setting.integer("VSPHERE_CONCURRENT_DELETE_OPERATIONS", 1, 10_000, "destroys at a time")
          .defaultTo(48);

  public static final Setting<String> TART_HOSTS =
      Setting.text(
          "TART_HOSTS",
          "YAML file of Macs whose VMs tart runs, besides hosts under vSphere or without any: it is"
              + " followed when it changes; needs TART_KEY_FILE and TART_KNOWN_HOSTS."
              + " Experimental");

  public static final Setting<String> TART_KEY_FILE =
      Setting.text("TART_KEY_FILE", "the private SSH key, without a passphrase, that they let in");

  public static final Setting<String> TART_KNOWN_HOSTS =
      Setting.text(
          "TART_KNOWN_HOSTS",
          "their host keys, as ssh-keyscan prints them: a Mac that it does not name is refused");

  public static final Setting<Duration> TART_INTERVAL =
      Setting.duration("TART_INTERVAL", "pause between two looks at each Mac with tart")
          .defaultTo(Duration.ofSeconds(5));

  public static final Setting<Duration> TART_SETTLE =
      Setting.duration(
              "TART_SETTLE",
              "how long a VM that tart has started is looked at before it counts as started")
          .defaultTo(Duration.ofSeconds(3));

  public static final Setting<RelayAddress> GUEST_RELAY_ADDR =
      Setting.of(
          "GUEST_RELAY_ADDR",
          "an address of this broker, with ports or without, at which clients that know endpoints"
              + " reach guests in tart's NAT; without it such guests can be reached from their Mac"
              + " alone",
          "HOST[:FIRST-LAST]",
          RelayAddress::parse);

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

  public static final Setting<Secret> HYGIENE_REBOOT =
      Setting.secret(
          "HYGIENE_REBOOT",
          "has hosts rebooted that need it: a URL that gets a POST, the absolute path of a program"
              + " called with HOST REASON ATTEMPT, or the word provider, for vCenter's own reboot"
              + " of a host, and SSH for Macs with tart; host hygiene is off if unset");

  public static final Setting<Boolean> HYGIENE_DRY_RUN =
      Setting.flag(
          "HYGIENE_DRY_RUN", "host hygiene only says what it would do; needs no HYGIENE_REBOOT");

  public static final Setting<Integer> HYGIENE_CONNECT_PORT =
      Setting.integer(
          "HYGIENE_CONNECT_PORT",
          1,
          65_535,
          "TCP port of vCenter's hosts, such as 443, to which host hygiene makes a new connection"
              + " now and then, as one whose TCP clock has stopped takes none; not tried if unset."
              + " Macs with tart are always tried, at their SSH port");

  public static final Setting<Duration> HYGIENE_MAX_UPTIME =
      Setting.duration(
              "HYGIENE_MAX_UPTIME",
              "a host is drained and rebooted so early that it is not up for longer; whatever is"
                  + " set, one that has been up for 49 days gets no instance")
          .defaultTo(Duration.ofDays(42));

  public static final Setting<MaintenanceWindow> HYGIENE_WINDOW =
      Setting.of(
          "HYGIENE_WINDOW",
          "when reboots for uptime alone begin, in UTC, such as sunday 02:00 6h; at any time if"
              + " unset. A host that has reached its maximum does not wait for it",
          "DAY HH:MM LENGTH",
          HygieneWindow::parse);

  public static final Setting<Integer> HYGIENE_IN_SERVICE =
      Setting.integer(
              "HYGIENE_IN_SERVICE",
              0,
              100,
              "percent of the slots that host hygiene leaves in service; with fewer than ten hosts,"
                  + " 90 lets no host be repaired")
          .defaultTo(90);

  public static final Setting<Integer> HYGIENE_AT_ONCE =
      Setting.integer("HYGIENE_AT_ONCE", 1, 100, "hosts under repair at a time, at most")
          .defaultTo(10);

  public static final Setting<Integer> HYGIENE_REFUSALS =
      Setting.integer(
              "HYGIENE_REFUSALS",
              1,
              1_000,
              "creates in a row that fail on a host until it is repaired")
          .defaultTo(5);

  public static final Setting<Duration> HYGIENE_REBOOT_TIMEOUT =
      Setting.duration(
              "HYGIENE_REBOOT_TIMEOUT",
              "a host whose boot time has not changed by then is asked again, three times in all;"
                  + " two minutes at least")
          .defaultTo(Duration.ofMinutes(30));

  private static final String METRICS_INSTEAD = "Micrometer's meters at /metrics replace it";
  private static final String TRACES_INSTEAD =
      "requests go to an OpenTelemetry collector as spans: set TRACES_URL";

  public static final SettingsSpec SPEC =
      new SettingsSpec(
          "jupiter-brain",
          "turns Mac hosts under vSphere, and Macs with tart, into short-lived macOS instances;"
              + " jupiter-brain janitor --help tells of the janitor",
          PREFIX,
          List.of(
              ADDR,
              ADMIN_ADDR,
              Traces.COLLECTOR,
              AUTH_TOKEN,
              AUTH_TOKENS,
              ADMIN_TOKENS,
              READ_TOKENS,
              VSPHERE_API_URL,
              VSPHERE_PASSWORD_FILE,
              VSPHERE_BASE_PATH,
              VSPHERE_VM_PATH,
              VSPHERE_CLUSTER_PATH,
              VSPHERE_CA_FILE,
              VSPHERE_THUMBPRINT,
              VSPHERE_INSECURE,
              VSPHERE_ANSWERS,
              VSPHERE_CALL_TIMEOUT,
              VSPHERE_TASK_TIMEOUT,
              VSPHERE_STALE_AFTER,
              VSPHERE_CONCURRENT_READ_OPERATIONS,
              VSPHERE_CONCURRENT_CREATE_OPERATIONS,
              VSPHERE_CONCURRENT_DELETE_OPERATIONS,
              TART_HOSTS,
              TART_KEY_FILE,
              TART_KNOWN_HOSTS,
              TART_INTERVAL,
              TART_SETTLE,
              GUEST_RELAY_ADDR,
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
              HOST_REST,
              HYGIENE_REBOOT,
              HYGIENE_DRY_RUN,
              HYGIENE_CONNECT_PORT,
              HYGIENE_MAX_UPTIME,
              HYGIENE_WINDOW,
              HYGIENE_IN_SERVICE,
              HYGIENE_AT_ONCE,
              HYGIENE_REFUSALS,
              HYGIENE_REBOOT_TIMEOUT,
              ErrorReports.DSN,
              ErrorReports.ENVIRONMENT,
              Setting.retired("LIBRATO_EMAIL", METRICS_INSTEAD).also("LIBRATO_EMAIL"),
              Setting.retired("LIBRATO_TOKEN", METRICS_INSTEAD).also("LIBRATO_TOKEN"),
              Setting.retired("LIBRATO_SOURCE", METRICS_INSTEAD).also("LIBRATO_SOURCE"),
              Setting.retired("HONEYCOMB_WRITE_KEY", METRICS_INSTEAD),
              Setting.retired("HONEYCOMB_DATASET", METRICS_INSTEAD),
              Setting.retired("HONEYCOMB_REQUEST_DATASET", TRACES_INSTEAD),
              Setting.retired("HONEYCOMB_SAMPLE_RATE", TRACES_INSTEAD),
              Setting.retired("PPROF_ADDR", "use the JVM's own tools, such as jcmd")),
          Set.of("DEBUG"));

  private BrainSettings() {}
}
