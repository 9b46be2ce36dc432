package io.macpool.brain;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.lifecycle.execution.Checkpoint.Step;
import io.macpool.sim.tart.MacFleet;
import io.macpool.sim.tart.MacSimulator;
import io.macpool.sim.tart.MacTimes;
import io.macpool.sim.vcenter.guest.GuestPower;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kills a broker's process in the middle of a create or a destroy on a Mac, and looks whether the
 * one that follows it on the same ledger leaves anything behind. {@link CrashMatrixIT} does so at
 * every step, with a vCenter: what the broker itself does is the same.
 */
@Timeout(240)
class TartCrashIT {

  private static final String ARM = "macos-26-xcode-26";
  private static final Duration RECOVERY = Duration.ofSeconds(100);

  @TempDir Path directory;

  private MacFleet fleet;
  private BrainLab lab;

  @BeforeEach
  void start() throws Exception {
    fleet =
        MacFleet.start(
            directory.resolve("macs"), 1, MacTimes.SHORT, GuestPower.addressesOnly(), List.of(ARM));
    lab = new BrainLab(VCenterOptions.defaults().withHosts(1));
    Path hosts = Files.writeString(directory.resolve("hosts.yaml"), fleet.hostsFile());
    Path known = Files.writeString(directory.resolve("known_hosts"), fleet.knownHosts());
    lab.set("TART_HOSTS", hosts.toString())
        .set("TART_KEY_FILE", fleet.keyFile().toString())
        .set("TART_KNOWN_HOSTS", known.toString())
        .set("TART_INTERVAL", "1s")
        .set("TART_SETTLE", "400ms")
        .set("LEDGER_FILE", directory.resolve("ledger").toString());
  }

  @AfterEach
  void stop() {
    lab.close();
    fleet.close();
  }

  private Set<String> clones() {
    MacSimulator mac = fleet.mac("mac-1");
    Set<String> all = mac.localVms();
    all.remove("golden-" + ARM);
    return all;
  }

  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"CLONED", "SWITCHED_OFF"})
  void nothingIsLeftBehind(Step step) throws Exception {
    try (DoomedBroker broker = new DoomedBroker()) {
      broker.begin(lab.environment(), step);
      Awaitility.await("the broker halts on the way")
          .atMost(BrainLab.PATIENCE)
          .until(() -> createAndDelete(broker));
      broker.assertHalted();
    }
    lab.startUnready();
    Awaitility.await("no VM without an owner, and every slot free")
        .atMost(RECOVERY)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> {
              assertThat(clones()).isEmpty();
              assertThat(lab.get("/capacity").body()).contains("\"used\":0,\"warm\":0,\"free\":4");
            });
    HttpResponse<String> made =
        Awaitility.await("the slots are of use")
            .atMost(RECOVERY)
            .until(
                () -> lab.call("POST", "/instances", BrainLab.order(ARM)),
                answer -> answer.statusCode() == 201);
    assertThat(clones()).containsExactly(BrainLab.id(made));
  }

  /** Whether it halted. */
  private static boolean createAndDelete(DoomedBroker broker) throws Exception {
    Optional<HttpResponse<String>> created =
        broker.tryCall("POST", "/instances", BrainLab.order(ARM));
    if (created.isEmpty()) {
      return true;
    }
    return created.get().statusCode() == 201
        && broker.tryCall("DELETE", "/instances/" + BrainLab.id(created.get()), null).isEmpty();
  }
}
