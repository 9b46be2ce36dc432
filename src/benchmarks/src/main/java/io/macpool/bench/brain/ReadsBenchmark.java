package io.macpool.bench.brain;

import io.macpool.bench.Benchmark;
import io.macpool.bench.Measurement;
import io.macpool.bench.Report;
import io.macpool.sim.vcenter.fault.FaultAction;
import io.macpool.sim.vcenter.fault.FaultRule;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * One VM, and all of 500, read from the broker, from vCenter and from a server that does nothing.
 */
public final class ReadsBenchmark implements Benchmark {

  private static final int VMS = 500;
  private static final String LIST = "broker.reads.list-500";
  private static final int SLICES = 3;
  private static final int COMPILED_AFTER = 60_000;
  private static final int MOST_WARM_UPS = 5;

  /** Our simulated vCenter reads at once; a real one asks its database, over a network. */
  private static final Duration VCENTER_READ = Duration.ofMillis(5);

  private static final Duration SLICE = Duration.ofMillis(1_500);

  @Override
  public String name() {
    return "broker.reads";
  }

  @Override
  public String about() {
    return "GET one VM by 64 clients, list 500 VMs by 4";
  }

  @Override
  public void run(Report report) throws Exception {
    try (Lab lab = new Lab(VCenterOptions.defaults().withHosts(VMS / 2), Map.of());
        ChildProcess bare = ChildProcess.ofHarness(BareMain.class)) {
      List<String> paths = lab.fill(VMS);
      List<String> names =
          paths.stream().map(path -> path.substring("/instances/".length())).toList();
      SoapPerRequest soap = new SoapPerRequest(lab.vcenter(), lab.load());
      Way one = new Way(lab, lab.url(), 64, () -> Load.Talk.of(Lab.get(any(paths))));
      Way oneBySoap = new Way(lab, lab.vcenter().url(), 4, () -> soap.read(List.of(any(names))));
      inTurns(one, oneBySoap, bare(lab, bare, 64, paths.get(0)), report, "broker.reads.one", 100);

      Way list = new Way(lab, lab.url(), 4, () -> Load.Talk.of(Lab.get("/instances")));
      Way listBySoap = new Way(lab, lab.vcenter().url(), 4, () -> soap.read(names));
      inTurns(list, listBySoap, bare(lab, bare, 4, "/instances"), report, LIST, 500);

      for (String method : List.of("FindByInventoryPath", "RetrievePropertiesEx")) {
        lab.vcenter().faults().add(FaultRule.always(method, new FaultAction.Delay(VCENTER_READ)));
      }
      oneBySoap.best = 0;
      oneBySoap.measure();
      report.add(
          Measurement.of("broker.reads.one.slow-vcenter", one.best, "1/s")
              .against("the same, each SOAP read taking 5 ms", oneBySoap.best)
              .atLeastTimes(100));
    }
  }

  /** The same answer from a server that does nothing. */
  private static Way bare(Lab lab, ChildProcess bare, int clients, String path) throws Exception {
    int length = lab.ask(path).content().length();
    return new Way(lab, bare.url(), clients, () -> Load.Talk.of(Lab.get("/" + length)));
  }

  /** The best of each counts: whatever else the machine does disturbs all alike. */
  private static void inTurns(Way ours, Way soap, Way bare, Report report, String name, int goal)
      throws Exception {
    ours.warmUp();
    bare.warmUp();
    Duration used = Duration.ZERO;
    long answers = 0;
    for (int i = 0; i < SLICES; i++) {
      Duration before = ours.lab.broker().cpu();
      answers += ours.measure();
      used = used.plus(ours.lab.broker().cpu()).minus(before);
      soap.measure();
      bare.measure();
    }
    report.add(
        Measurement.of(name, ours.best, "1/s")
            .against("three SOAP reads for each VM, 4 at a time", soap.best)
            .atLeastTimes(goal));
    report.add(
        Measurement.of(name + ".of-limit", ours.best, "1/s")
            .against("an HTTP server that looks at nothing", bare.best));
    report.add(Measurement.of(name + ".cpu", used.toNanos() / 1e3 / Math.max(1, answers), "us"));
  }

  /** One way to read, and the most that it came to in a second. */
  private static final class Way {

    private final Lab lab;
    private final URI server;
    private final int clients;
    private final Supplier<Load.Talk> talks;
    private double best;

    private Way(Lab lab, URI server, int clients, Supplier<Load.Talk> talks) {
      this.lab = lab;
      this.server = server;
      this.clients = clients;
      this.talks = talks;
    }

    /** So often that its code is compiled, or for as long as there is patience for. */
    private void warmUp() throws Exception {
      int count = 0;
      for (int i = 0; i < MOST_WARM_UPS && count < COMPILED_AFTER; i++) {
        count += slice().took().count();
      }
    }

    /** How many there were. */
    private int measure() throws Exception {
      Load.Result slice = slice();
      best = Math.max(best, slice.rate());
      return slice.took().count();
    }

    private Load.Result slice() throws Exception {
      return lab.load().run(server, clients, SLICE, Duration.ZERO, talks);
    }
  }

  static String any(List<String> of) {
    return of.get(ThreadLocalRandom.current().nextInt(of.size()));
  }
}
