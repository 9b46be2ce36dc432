package io.macpool.brain;

import io.macpool.brain.janitor.Janitor;
import io.macpool.brain.janitor.Round;
import io.macpool.brain.janitor.RoundText;
import io.macpool.brain.ledger.Ledger;
import io.macpool.brain.vsphere.VSphereFolders;
import io.macpool.brain.vsphere.access.QuestionPolicy;
import io.macpool.brain.vsphere.access.VSphereOptions;
import io.macpool.core.fleet.JanitorPlanner;
import io.macpool.service.BuildInfo;
import io.macpool.service.Resources;
import io.macpool.service.ServiceMain;
import io.macpool.service.SteadyClock;
import io.macpool.service.database.DatabaseAddress;
import io.macpool.service.http.EventLoops;
import io.macpool.service.setting.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code java -jar jupiter-brain.jar janitor}: the janitor as a program of its own, once or in a
 * loop. It needs no broker, and works beside one.
 */
final class JanitorCommand implements AutoCloseable {

  static final String NAME = "janitor";

  private static final Logger log = LoggerFactory.getLogger(JanitorCommand.class);
  private static final Duration CALL_LIMIT = Duration.ofSeconds(30);
  private static final Duration TASK_LIMIT = Duration.ofMinutes(10);
  private static final int READS = 4;

  private static final VSphereAccess.Names VSPHERE =
      new VSphereAccess.Names(
          JanitorSettings.VSPHERE_URL,
          JanitorSettings.VSPHERE_PASSWORD_FILE,
          JanitorSettings.VSPHERE_CA_FILE,
          JanitorSettings.VSPHERE_THUMBPRINT,
          JanitorSettings.VSPHERE_INSECURE);

  private final Resources resources = new Resources();
  private final Janitor janitor;
  private final JanitorPlanner.Policy policy;
  private final Clock clock = SteadyClock.begin();
  private final PrintStream out;
  private final CountDownLatch closing = new CountDownLatch(1);

  /** Runs the command and returns its exit status. */
  static int run(BuildInfo build, String[] arguments) {
    return ServiceMain.command(
        build,
        JanitorSettings.SPEC,
        arguments,
        settings -> {
          settings.warnings().forEach(log::warn);
          return settings.get(JanitorSettings.ONCE)
              ? once(settings, System.out)
              : ServiceMain.serve(build, settings, given -> loop(given, System.out));
        });
  }

  /** One round; 0 if all went well, else 1. */
  static int once(Settings settings, PrintStream out) throws InterruptedException {
    try (JanitorCommand command = new JanitorCommand(settings, out)) {
      Round round = command.janitor.round();
      command.tell(round);
      return round.wentWell() ? 0 : 1;
    }
  }

  private static JanitorCommand loop(Settings settings, PrintStream out) {
    JanitorCommand command = new JanitorCommand(settings, out);
    Thread thread =
        new Thread(
            () -> command.rounds(settings.get(JanitorSettings.CLEANUP_LOOP_SLEEP)),
            "janitor-rounds");
    thread.setDaemon(true);
    thread.start();
    return command;
  }

  private JanitorCommand(Settings settings, PrintStream out) {
    this.out = out;
    SettingsProblems problems = new SettingsProblems();
    Optional<VSphereAccess> access = VSphereAccess.of(settings, VSPHERE, problems);
    Optional<DatabaseAddress> database =
        settings
            .find(JanitorSettings.DATABASE_URL)
            .map(
                url ->
                    problems.check(
                        JanitorSettings.DATABASE_URL, () -> DatabaseAddress.postgres(url)));
    List<String> folders = settings.get(JanitorSettings.VSPHERE_VM_PATHS);
    settings
        .find(JanitorSettings.VSPHERE_BASE_PATH)
        .filter(base -> folders.stream().anyMatch(folder -> plain(folder).equals(plain(base))))
        .ifPresent(
            base -> problems.add("VSPHERE_VM_PATHS: " + base + " is the folder of base VMs"));
    problems.throwIfAny();
    policy =
        new JanitorPlanner.Policy(
            settings.get(JanitorSettings.CUTOFF),
            settings.get(JanitorSettings.ZERO_UPTIME_CUTOFF),
            settings.get(JanitorSettings.BUDGET));
    try {
      janitor = start(settings, access.orElseThrow(), database, folders);
    } catch (RuntimeException e) {
      resources.close();
      throw e;
    }
  }

  private Janitor start(
      Settings settings,
      VSphereAccess access,
      Optional<DatabaseAddress> database,
      List<String> folders) {
    Optional<Ledger> ledger =
        database.map(address -> resources.own("ledger", Ledger.open(address, 1)));
    Clock time = ledger.map(Ledger::clock).orElse(clock);
    Vertx vertx = resources.own("event loops", EventLoops.start(1)).vertx();
    VSphereOptions vsphere =
        new VSphereOptions(
            access.endpoint(),
            access.passwordFile(),
            access.trust(),
            Optional.empty(),
            CALL_LIMIT,
            TASK_LIMIT,
            CALL_LIMIT,
            READS,
            QuestionPolicy.USUAL);
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    resources.own("meters", meters::close);
    VSphereFolders vcenter =
        resources.own("vSphere", VSphereFolders.start(vertx, vsphere, meters, time));
    return resources.own(
        "janitor",
        new Janitor(
            vcenter,
            ledger,
            new Janitor.Options(
                folders,
                policy,
                mode(settings),
                settings.get(JanitorSettings.CONCURRENCY),
                settings.get(JanitorSettings.RATE_PER_SECOND),
                TASK_LIMIT.plus(CALL_LIMIT.multipliedBy(2))),
            time));
  }

  private static Janitor.Mode mode(Settings settings) {
    if (settings.get(JanitorSettings.DRY_RUN)) {
      return Janitor.Mode.DRY_RUN;
    }
    return settings.get(JanitorSettings.SKIP_DESTROY)
        ? Janitor.Mode.SWITCH_OFF
        : Janitor.Mode.DESTROY;
  }

  private static String plain(String path) {
    return String.join("/", Arrays.stream(path.split("/")).filter(p -> !p.isEmpty()).toList());
  }

  private void rounds(Duration pause) {
    try {
      do {
        round();
      } while (!closing.await(pause.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void round() throws InterruptedException {
    try {
      Round round = janitor.round();
      if (round.didSomething()) {
        tell(round);
      }
    } catch (RuntimeException e) {
      log.error("this round failed, the next one follows: {}", e.getMessage());
    }
  }

  private void tell(Round round) {
    RoundText.of(round, policy, clock.instant()).forEach(out::println);
    out.flush();
  }

  @Override
  public void close() {
    closing.countDown();
    resources.close();
  }
}
