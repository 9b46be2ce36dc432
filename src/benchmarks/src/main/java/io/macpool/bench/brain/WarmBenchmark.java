package io.macpool.bench.brain;

import io.macpool.bench.Benchmark;
import io.macpool.bench.Measurement;
import io.macpool.bench.Report;
import io.macpool.bench.Samples;
import io.macpool.sim.vcenter.guest.GuestPower;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/** A VM that waits, booted, is handed over; its replacement is made while the next one asks. */
public final class WarmBenchmark implements Benchmark {

  private static final int WARM_UPS = 200;
  private static final int HAND_OVERS = 300;
  private static final int WAITING = 30;

  @Override
  public String name() {
    return "broker.warm";
  }

  @Override
  public String about() {
    return "hand-over of 300 warm VMs one after another, their replacements being made meanwhile";
  }

  @Override
  public void run(Report report) throws Exception {
    GuestPower local =
        new GuestPower() {
          @Override
          public String boot(String name) {
            return "127.0.0.1";
          }

          @Override
          public void kill(String name) {
            // nothing runs
          }
        };
    try (ServerSocket ssh = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
        ChildProcess bare = ChildProcess.ofHarness(BareMain.class);
        Lab lab =
            new Lab(
                VCenterOptions.defaults().withHosts(40).withGuests(local),
                Map.of(
                    "JUPITER_BRAIN_WARM",
                    Lab.IMAGE + "=" + WAITING + ":" + WAITING + ":1h",
                    "JUPITER_BRAIN_SSH_PORT",
                    Integer.toString(ssh.getLocalPort())))) {
      handOver(lab, bare, WARM_UPS, new Samples()); // code is compiled meanwhile
      Samples nothing = new Samples();
      Samples took = handOver(lab, bare, HAND_OVERS, nothing);
      report.add(
          Measurement.of("broker.warm.p50", took.millis(50), "ms")
              .against("an answer of a server that looks at nothing", nothing.millis(50)));
      report.add(
          Measurement.of("broker.warm.p99", took.millis(99), "ms")
              .against("an answer of a server that looks at nothing", nothing.millis(99))
              .atMost(20));
    }
  }

  /**
   * One after another, each when all wait again that shall.
   *
   * @param nothing what a server takes that does nothing, at the same moments
   */
  private static Samples handOver(Lab lab, ChildProcess bare, int count, Samples nothing)
      throws Exception {
    ConcurrentLinkedQueue<String> handed = new ConcurrentLinkedQueue<>();
    Samples all = new Samples();
    for (int i = 0; i < count; i++) {
      lab.await("/capacity", body -> body.contains("\"warm\":" + WAITING + ",\"free\""));
      all.add(once(lab, lab.url(), Lab.creates(handed)));
      nothing.add(once(lab, bare.url(), () -> Load.Talk.of(Lab.get("/300"))));
      lab.load().once(lab.url(), 1, Lab.deletes(handed));
    }
    return all;
  }

  private static long once(Lab lab, URI server, Supplier<Load.Talk> talk) throws Exception {
    return lab.load().once(server, 1, talk).took().percentile(100).toNanos();
  }
}
