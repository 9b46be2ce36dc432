package io.macpool.bench.brain;

import io.macpool.bench.Benchmark;
import io.macpool.bench.Measurement;
import io.macpool.bench.Report;
import io.macpool.sim.vcenter.options.BaseImage;
import io.macpool.sim.vcenter.options.OperationTimes;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One mishap after another under load: what the rest of the pool still gets done, how soon the
 * broker says what is wrong, and how soon all works again when the mishap is over.
 */
public final class MishapsBenchmark implements Benchmark {

  private static final Duration WINDOW = Duration.ofSeconds(15);
  private static final double KEPT = 0.9;
  private static final double TOLD_WITHIN = 10;

  /**
   * A mishap.
   *
   * @param word what the broker must say
   * @param spares whether other images and hosts should not notice
   */
  private record Mishap(String name, String word, boolean spares, Runnable begin, Runnable end) {}

  @Override
  public String name() {
    return "broker.mishaps";
  }

  @Override
  public String about() {
    return "a host, a datastore, a question, a certificate, a disk fail under load, in turn";
  }

  @Override
  public void run(Report report) throws Exception {
    Path directory = Files.createTempDirectory("mishaps");
    VCenterOptions options =
        VCenterOptions.defaults()
            .withHosts(10)
            .withDatastores("small", "large")
            .withImages(
                BaseImage.of("harmed").onDatastores("small"),
                BaseImage.of("steady").onDatastores("large"))
            .withTimes(
                OperationTimes.none()
                    .withClone(Duration.ofMillis(500))
                    .withPowerOn(Duration.ofMillis(200))
                    .withPowerOff(Duration.ofMillis(100))
                    .withDestroy(Duration.ofMillis(200)));
    Map<String, String> settings = new HashMap<>();
    settings.put("JUPITER_BRAIN_VSPHERE_CA_FILE", directory.resolve("ca.pem").toString());
    settings.put("JUPITER_BRAIN_LEDGER_FILE", directory.resolve("ledger").toString());
    settings.put("JUPITER_BRAIN_RECONCILE_INTERVAL", "2s");
    settings.put("JUPITER_BRAIN_HOST_REST", "5s");
    try (Lab lab = new Lab(options, settings);
        MishapLoad load = new MishapLoad(lab.url())) {
      load.rate("steady", WINDOW); // code is compiled meanwhile
      for (Mishap mishap : mishaps(lab, directory)) {
        measure(report, load, mishap);
      }
    } finally {
      try (var files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
  }

  private static void measure(Report report, MishapLoad load, Mishap mishap) throws Exception {
    String name = "broker.mishaps." + mishap.name();
    double before = load.rate("steady", WINDOW);
    mishap.begin().run();
    double told = load.secondsUntilTold(mishap.word());
    report.add(Measurement.of(name + ".told", told, "s").atMost(TOLD_WITHIN));
    if (mishap.spares()) {
      report.add(
          Measurement.of(name + ".rate", load.rate("steady", WINDOW), "/s")
              .against("before", before)
              .atLeastTimes(KEPT));
    }
    mishap.end().run();
    report.add(Measurement.of(name + ".recovered", load.secondsUntilMade("harmed"), "s"));
    load.secondsUntilMade("steady");
  }

  private static List<Mishap> mishaps(Lab lab, Path directory) {
    String host = lab.vcenter().hosts().get(0);
    String other = lab.vcenter().hosts().get(1);
    return List.of(
        new Mishap(
            "host-refuses",
            "host " + host + " is left alone",
            true,
            () -> lab.vcenter().administrator().refuseClones(host, true),
            () -> lab.vcenter().administrator().refuseClones(host, false)),
        new Mishap(
            "datastore-full",
            "Insufficient disk space on datastore 'small'",
            true,
            () -> lab.vcenter().datastoreFull("small", true),
            () -> lab.vcenter().datastoreFull("small", false)),
        new Mishap(
            "host-disconnected",
            "hosts that vCenter does not reach: " + other,
            true,
            () -> lab.vcenter().disconnectHost(other),
            () -> lab.vcenter().reconnectHost(other)),
        new Mishap(
            "question",
            "msg.hbacommon.outofspace",
            true,
            () ->
                lab.vcenter()
                    .askAtPowerOn("small", "msg.hbacommon.outofspace: full", "Retry", "Cancel"),
            () -> lab.vcenter().askAtPowerOn("small", "")),
        new Mishap(
            "certificate",
            "vCenter's certificate is refused",
            false,
            () -> lab.vcenter().renewCertificate(),
            () -> write(directory.resolve("ca.pem"), lab.vcenter().certificatePem())),
        new Mishap(
            "ledger-full",
            "in the ledger",
            false,
            () -> lab.broker().limitFiles(0),
            () -> lab.broker().limitFiles(-1)));
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
