package io.macpool.bench.brain;

import io.macpool.bench.Samples;
import io.macpool.sim.vcenter.GuestPower;
import io.macpool.sim.vcenter.OperationTimes;
import io.macpool.sim.vcenter.VCenterOptions;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Prints the broker's numbers; arguments choose among reads, creates, warm and crowd. */
public final class BrainBenchmark {

  private static final Duration MEASURED = Duration.ofSeconds(5);

  private BrainBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    List<String> wanted =
        arguments.length == 0 ? List.of("reads", "creates", "warm", "crowd") : List.of(arguments);
    for (String part : wanted) {
      switch (part) {
        case "reads" -> reads();
        case "creates" -> creates();
        case "warm" -> warm();
        case "crowd" -> crowd();
        default -> throw new IllegalArgumentException("no such part: " + part);
      }
    }
  }

  private static void reads() throws Exception {
    try (Bench bench = new Bench(VCenterOptions.defaults().withHosts(250), Map.of())) {
      List<String> paths = bench.fill(500);
      List<String> names =
          paths.stream().map(path -> path.substring("/instances/".length())).toList();
      SoapPerRequest soap = new SoapPerRequest(bench.vcenter());
      Callable<?> one = () -> bench.call("GET", any(paths), null);
      Callable<?> list = () -> bench.call("GET", "/instances", null);
      Bench.rate(8, MEASURED.dividedBy(2), one); // warm up both
      Bench.rate(8, MEASURED.dividedBy(2), list);
      double ours = Bench.rate(64, MEASURED, one);
      double theirs =
          Bench.rate(
              64,
              MEASURED,
              () -> {
                soap.read(any(names));
                return null;
              });
      say("GET one, 64 connections", ours, theirs);
      double oursList = Bench.rate(4, MEASURED, list);
      double theirsList =
          Bench.rate(
              4,
              MEASURED,
              () -> {
                soap.readAll(names);
                return null;
              });
      say("list 500, 4 connections", oursList, theirsList);
    }
  }

  private static String any(List<String> of) {
    return of.get(ThreadLocalRandom.current().nextInt(of.size()));
  }

  private static void say(String what, double ours, double theirs) {
    print(
        "%s: %.0f/s, by SOAP per request %.1f/s: %.0f times as many",
        what, ours, theirs, ours / theirs);
  }

  private static void creates() throws Exception {
    Duration clone = Duration.ofSeconds(2);
    Duration powerOn = Duration.ofSeconds(1);
    VCenterOptions options =
        VCenterOptions.defaults()
            .withHosts(24)
            .withTimes(OperationTimes.none().withClone(clone).withPowerOn(powerOn));
    try (Bench bench = new Bench(options, Map.of())) {
      List<Callable<Object>> warmUp = new ArrayList<>();
      for (int i = 0; i < 48; i++) {
        warmUp.add(() -> bench.call("DELETE", bench.create(), null));
      }
      Bench.all(48, warmUp);
      bench.vcenter().resetCalls();
      Samples over = new Samples();
      List<Callable<String>> work = new ArrayList<>();
      for (int i = 0; i < 48; i++) {
        work.add(
            () -> {
              long began = System.nanoTime();
              String path = bench.create();
              over.add(System.nanoTime() - began - clone.plus(powerOn).toNanos());
              return path;
            });
      }
      List<String> paths = Bench.all(48, work);
      print(
          "48 creates at once over the sum of their tasks: p50 %d ms, p99 %d ms (goal: under 50)",
          over.percentile(50).toMillis(), over.percentile(99).toMillis());
      print("SOAP calls for 48 creates: %s", bench.vcenter().calls());
      bench.vcenter().resetCalls();
      List<Callable<Object>> deletes = new ArrayList<>();
      paths.forEach(path -> deletes.add(() -> bench.call("DELETE", path, null)));
      Bench.all(48, deletes);
      print("SOAP calls for 48 destroys: %s", bench.vcenter().calls());
    }
  }

  private static void warm() throws Exception {
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
        Bench bench =
            new Bench(
                VCenterOptions.defaults().withHosts(40).withGuests(local),
                Map.of(
                    "JUPITER_BRAIN_WARM",
                    Bench.IMAGE + "=30:30:1h",
                    "JUPITER_BRAIN_SSH_PORT",
                    Integer.toString(ssh.getLocalPort())))) {
      Samples times = new Samples();
      for (int i = 0; i < 100; i++) {
        while (!bench.call("GET", "/capacity", null).body().contains("\"warm\":30,\"free\"")) {
          TimeUnit.MILLISECONDS.sleep(20);
        }
        TimeUnit.MILLISECONDS.sleep(50);
        bench.vcenter().resetCalls();
        long began = System.nanoTime();
        String path = bench.create();
        times.add(System.nanoTime() - began);
        bench.call("DELETE", path, null);
      }
      print(
          "%d warm hand-overs: p50 %.1f ms, p99 %.1f ms (goal: under 20)",
          times.count(), millis(times.percentile(50)), millis(times.percentile(99)));
    }
  }

  private static double millis(Duration time) {
    return time.toNanos() / 1e6;
  }

  private static void crowd() throws Exception {
    try (Bench bench = new Bench(VCenterOptions.defaults().withHosts(1_000), Map.of())) {
      List<String> paths = bench.fill(2_000);
      Samples times = new Samples();
      long until = System.nanoTime() + MEASURED.multipliedBy(4).toNanos();
      long pause = Duration.ofSeconds(3).toMillis();
      List<Callable<Object>> clients = new ArrayList<>();
      for (int i = 0; i < 600; i++) {
        clients.add(
            () -> {
              TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(pause));
              while (System.nanoTime() < until) {
                long began = System.nanoTime();
                bench.call("GET", any(paths), null);
                times.add(System.nanoTime() - began);
                TimeUnit.MILLISECONDS.sleep(pause);
              }
              return null;
            });
      }
      Bench.all(600, clients);
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      print(
          "2,000 VMs on 1,000 hosts, 600 clients polling every 3 s: %d polls, p50 %.1f ms,"
              + " p99 %.1f ms (goal: under 100); heap of broker, simulator and clients %d MiB",
          times.count(),
          millis(times.percentile(50)),
          millis(times.percentile(99)),
          (runtime.totalMemory() - runtime.freeMemory()) >> 20);
    }
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
