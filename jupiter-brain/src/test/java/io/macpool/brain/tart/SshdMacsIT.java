package io.macpool.brain.tart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.hypervisor.HypervisorContract;
import io.macpool.brain.tart.ssh.CommandResult;
import io.macpool.brain.tart.ssh.SshFailure;
import io.macpool.brain.tart.ssh.SshHost;
import io.macpool.brain.tart.ssh.SshHosts;
import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Image;
import io.macpool.sim.peer.Peer;
import io.macpool.sim.tart.MacFleet;
import io.macpool.sim.tart.MacSimulator;
import io.macpool.sim.tart.MacTimes;
import io.macpool.sim.vcenter.guest.GuestPower;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on simulated Macs behind OpenSSH's sshd. */
class SshdMacsIT extends HypervisorContract {

  @TempDir Path directory;

  private final Vertx vertx = Vertx.vertx();
  private MacFleet fleet;
  private TartHypervisor macs;

  @BeforeAll
  static void find() {
    assumeTrue(
        Peer.SSHD.location().isPresent(),
        "peer sshd is not here: Macs with tart are not tried behind it");
  }

  @BeforeEach
  void start() throws Exception {
    fleet =
        MacFleet.startBehindSshd(
            directory.resolve("macs"),
            1,
            MacTimes.SHORT,
            GuestPower.addressesOnly(),
            List.of(IMAGE));
    TartOptions options =
        new TartOptions(
            Files.writeString(directory.resolve("hosts.yaml"), fleet.hostsFile()),
            fleet.keyFile(),
            Files.writeString(directory.resolve("known_hosts"), fleet.knownHosts()),
            Duration.ofMillis(500),
            Duration.ofSeconds(20),
            LIMIT,
            Duration.ofMillis(400),
            LIMIT,
            Optional.empty(),
            22,
            Set.of());
    macs =
        TartHypervisor.start(
            vertx,
            options,
            HostsFile.parse(fleet.hostsFile()),
            new SimpleMeterRegistry(),
            Clock.systemUTC());
    macs.identify(Identities.of(LEDGER, List.of()));
    Awaitility.await("a Mac that answers")
        .atMost(LIMIT)
        .until(() -> macs.lastKnown().images().values().stream().anyMatch(Image::usable));
  }

  @AfterEach
  void stop() {
    macs.close();
    fleet.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Override
  protected Hypervisor hypervisor() {
    return macs;
  }

  @Override
  protected void cut() {
    fleet.macs().forEach(MacSimulator::cut);
  }

  @Override
  protected Image gone(Image image) {
    fleet.macs().forEach(mac -> mac.remove("golden-" + IMAGE));
    return image;
  }

  private static long count(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }

  /** Sshd takes ten channels in a session by default, and refuses more. */
  @Test
  void moreCommandsThanASessionTakesGoOnAtATime() throws Exception {
    int many = 25;
    MacSimulator mac = fleet.mac("mac-1");
    Path signs = Files.createDirectory(directory.resolve("signs"));
    ExecutorService threads = Executors.newCachedThreadPool();
    try (SshHosts hosts = SshHosts.start(fleet.keyFile(), directory.resolve("known_hosts"));
        SshHost host = hosts.host("127.0.0.1", mac.port(), mac.user())) {
      List<CompletableFuture<CommandResult>> all = new ArrayList<>();
      for (int i = 0; i < many; i++) {
        String script =
            "cd %s; : >%d; until [ -f go ]; do sleep 0.1; done; echo %d".formatted(signs, i, i);
        all.add(
            CompletableFuture.supplyAsync(
                () -> {
                  try {
                    return host.run("exec /bin/sh -c " + Quoting.quote(script), LIMIT);
                  } catch (SshFailure e) {
                    throw new IllegalStateException(e);
                  }
                },
                threads));
      }
      Awaitility.await("all run at a time").atMost(LIMIT).until(() -> count(signs) == many);
      Files.createFile(signs.resolve("go"));
      for (int i = 0; i < many; i++) {
        assertThat(get(all.get(i)).out()).isEqualTo(i + "\n");
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /**
   * Sshd keeps a place for a channel until it hears of its end, also when the command has ended.
   */
  @Test
  void commandsThatWereGivenUpTakeNoPlaceWhenTheyHaveEnded() throws Exception {
    int places = 40;
    MacSimulator mac = fleet.mac("mac-1");
    Path go = directory.resolve("go");
    String script = "until [ -f %s ]; do sleep 0.1; done".formatted(go);
    String command = "exec /bin/sh -c " + Quoting.quote(script);
    ExecutorService threads = Executors.newCachedThreadPool();
    try (SshHosts hosts = SshHosts.start(fleet.keyFile(), directory.resolve("known_hosts"));
        SshHost host = hosts.host("127.0.0.1", mac.port(), mac.user())) {
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (int i = 0; i < places; i++) {
        all.add(
            CompletableFuture.runAsync(
                () ->
                    assertThatThrownBy(() -> host.run(command, Duration.ofSeconds(2)))
                        .hasMessageContaining("did not end a command"),
                threads));
      }
      all.forEach(CompletableFuture::join);
      Files.createFile(go);
      Awaitility.await("a place")
          .atMost(LIMIT)
          .ignoreExceptions()
          .until(() -> host.run("true", LIMIT).code() == 0);
    } finally {
      threads.shutdownNow();
    }
  }
}
