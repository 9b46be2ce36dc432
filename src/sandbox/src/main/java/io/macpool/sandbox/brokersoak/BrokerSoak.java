package io.macpool.sandbox.brokersoak;

import io.macpool.core.GoDuration;
import io.macpool.sandbox.Progress;
import io.macpool.sandbox.TemporaryDirectory;
import io.macpool.sandbox.brokersoak.FaultPlan.Kind;
import io.macpool.service.Logs;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** One run: start, let clients work while things go wrong, mend, let them clear up, judge. */
final class BrokerSoak {

  private static final int OWNERS = 4;
  private static final Duration UP = Duration.ofMinutes(5);

  /** For clients to end what they do, whatever they wait for. */
  private static final Duration CLEARED = Duration.ofSeconds(150);

  private static final Duration LEAK = Duration.ofSeconds(60);
  private static final int SECONDS_PER_LINE = 10;

  private final BrokerSoakOptions options;
  private final Progress progress;
  private final PrintStream out;
  private final Observations seen = new Observations();
  private final SoakCounts figures = new SoakCounts();
  private final BrokerCalls calls = new BrokerCalls();
  private final CountDownLatch never = new CountDownLatch(1);
  private final Rules rules;
  private final Instant began = Instant.now();
  private final LocalDate day = LocalDate.now(ZoneId.systemDefault());
  private int callsFailed;

  BrokerSoak(BrokerSoakOptions options, Progress progress, PrintStream out) {
    this.options = options;
    this.progress = progress;
    this.out = out;
    rules = new Rules(SoakedSystem.SLOTS_PER_HOST, SoakedSystem.ownerQuota(options), LEAK);
  }

  /** Returns the exit status. */
  int run() throws IOException, InterruptedException, SQLException {
    Logs.silence();
    progress.say("broker-soak: " + options.replay());
    Path logs =
        options.logs == null
            ? Files.createTempDirectory("macpool-broker-soak-")
            : Files.createDirectories(options.logs);
    Map<String, String> tokens = new TreeMap<>();
    for (int i = 0; i < OWNERS; i++) {
      tokens.put("owner-" + i, "soak-token-" + i);
    }
    SoakVerdict verdict;
    try (SoakedSystem system = SoakedSystem.start(options, tokens, seen, logs)) {
      awaitUp(system, tokens);
      Map<Kind, Integer> done;
      try (LeaseHeartbeat lively = LeaseHeartbeat.start(calls, system.replicas(), tokens)) {
        done = work(system, tokens);
        settle(system);
        progress.say("renewed all the while: " + lively.heard() + " times");
      }
      verdict = check(system);
      progress.end();
      out.print(verdict.text());
      tell(system, done);
    }
    if (!verdict.isGood()) {
      out.println("logs: " + logs + "; again: " + options.replay());
      return 1;
    }
    if (options.logs == null) {
      new TemporaryDirectory(logs).close();
    }
    return 0;
  }

  private void awaitUp(SoakedSystem system, Map<String, String> tokens)
      throws InterruptedException, IOException {
    String token = tokens.values().iterator().next();
    for (Replica replica : system.replicas()) {
      Instant deadline = Instant.now().plus(UP);
      while (!calls.call(replica, token, "GET", "/health/ready", null).isGood()) {
        if (Instant.now().isAfter(deadline)) {
          throw new IOException(replica.name() + " is not ready, see " + replica.log());
        }
        pause(200);
      }
    }
  }

  private Map<Kind, Integer> work(SoakedSystem system, Map<String, String> tokens)
      throws InterruptedException {
    Set<Kind> kinds = options.kinds();
    if (kinds.contains(Kind.CLOCKS_APART) && !system.clocksApart()) {
      progress.say("skipped: clocks-apart, as Debian's faketime is not installed");
      kinds.remove(Kind.CLOCKS_APART);
    }
    List<String> owners = List.copyOf(tokens.keySet());
    CountDownLatch end = new CountDownLatch(1);
    ExecutorService threads =
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work, "client");
              thread.setDaemon(true);
              return thread;
            });
    SoakClient.Surroundings around =
        new SoakClient.Surroundings(
            system.replicas(), system.images(), calls, seen, figures, threads, end);
    for (int i = 0; i < options.clients; i++) {
      String owner = owners.get(i % owners.size());
      String token = Objects.requireNonNull(tokens.get(owner), "each owner has one");
      threads.execute(
          new SoakClient(around, "client-" + i, owner, token, options.seed() * 1_000 + i));
    }
    FaultInjector injector =
        new FaultInjector(system.vcenter(), system.database(), system.replicas(), seen);
    try {
      injector.begin(FaultPlan.of(options.seed(), options.length(), kinds));
      Instant until = Instant.now().plus(options.length());
      while (Instant.now().isBefore(until)) {
        pause(SECONDS_PER_LINE * 1_000L);
        say(system, figures.brief());
      }
    } finally {
      injector.close();
      end.countDown();
      threads.shutdown();
    }
    say(system, "all is mended, clients clear up");
    if (!threads.awaitTermination(CLEARED.toSeconds(), TimeUnit.SECONDS)) {
      progress.say("some clients did not come to an end within " + CLEARED.toSeconds() + " s");
      threads.shutdownNow();
    }
    callsFailed = injector.callsFailed();
    return injector.done();
  }

  /** Waits until nothing is left that should not be, or until its time is over. */
  private void settle(SoakedSystem system) throws InterruptedException, SQLException {
    Instant quiet = Instant.now();
    seen.add(new Observation.Quiet(quiet));
    Instant deadline = quiet.plus(LEAK).plusSeconds(2);
    say(system, "quiet");
    while (Instant.now().isBefore(deadline) && !isClean(system)) {
      pause(1_000);
    }
    system.database().ledger().forEach(seen::add);
  }

  /** Whether nothing but warm instances is there, each in its slot. */
  private boolean isClean(SoakedSystem system) throws SQLException {
    List<Observation> all = new ArrayList<>(seen.all());
    all.addAll(system.database().ledger());
    Rules impatient = new Rules(rules.slotsPerHost(), rules.ownerQuota(), Duration.ZERO);
    return InvariantChecker.check(impatient, all).stream()
        .noneMatch(violation -> violation.kind() == Violation.Kind.LEAKED);
  }

  private SoakVerdict check(SoakedSystem system) {
    List<Timeline.Log> logs = new ArrayList<>();
    for (Replica replica : system.replicas()) {
      boolean behind = system.clocksApart() && replica == system.replicas().get(1);
      logs.add(
          new Timeline.Log(
              replica.name(), replica.log(), behind ? SoakedSystem.BEHIND : Duration.ZERO));
    }
    List<Observation> all = seen.all();
    return new SoakVerdict(
        InvariantChecker.check(rules, all), new Timeline(all, logs, day, ZoneId.systemDefault()));
  }

  private void tell(SoakedSystem system, Map<Kind, Integer> done) {
    out.print(figures.text());
    Map<String, Integer> words = new TreeMap<>();
    done.forEach((kind, count) -> words.put(kind.word(), count));
    out.println("went wrong: " + words);
    out.println(
        "hosts: at most "
            + system.vcenter().peaks().machines()
            + " machines at a time, "
            + system.vcenter().peaks().machinesOnOneHost()
            + " on one host; calls to vCenter that failed: "
            + callsFailed);
    system.replicas().stream()
        .filter(replica -> replica.endedByItself() > 0)
        .forEach(
            replica ->
                out.println(
                    replica.name()
                        + " ended "
                        + replica.endedByItself()
                        + " times though nobody killed it, see "
                        + replica.log()));
  }

  private void say(SoakedSystem system, String what) {
    Duration since = Duration.ofSeconds(Duration.between(began, Instant.now()).toSeconds());
    progress.state(
        "+" + GoDuration.format(since) + " " + system.vcenter().clones().size() + " VMs, " + what);
  }

  private void pause(long millis) throws InterruptedException {
    boolean unused = never.await(millis, TimeUnit.MILLISECONDS);
  }
}
