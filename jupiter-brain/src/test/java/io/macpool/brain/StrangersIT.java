package io.macpool.brain;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.lifecycle.execution.CrashPoint.Step;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a stranger does to a broker that has no more file handles than a shell gives it. */
@Timeout(120)
class StrangersIT {

  private static final int HANDLES = 1_024;

  @TempDir Path directory;

  /** Each holds a connection and says nothing: they would take every handle of the process. */
  @Test
  void moreSilentConnectionsThanFileHandlesEndNothing() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try (BrainLab lab = new BrainLab(VCenterOptions.defaults().withHosts(1));
        DoomedBroker broker = new DoomedBroker("prlimit", "--nofile=" + HANDLES)) {
      lab.set("LEDGER_FILE", directory.resolve("ledger").toString());
      broker.begin(lab.environment(), Step.SWITCHED_OFF);
      for (int i = 0; i < 1_200; i++) {
        silent.add(new Socket(InetAddress.getLoopbackAddress(), broker.port()));
      }
      assertThat(status(broker, "GET", "/health/live", null)).isEqualTo(200);
      assertThat(status(broker, "GET", "/instances", null)).isEqualTo(200);
      assertThat(status(broker, "POST", "/instances", BrainLab.order(BrainLab.IMAGE)))
          .as("vCenter is still called, and the ledger's file written")
          .isEqualTo(201);
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  private static int status(DoomedBroker broker, String method, String path, String body)
      throws IOException, InterruptedException {
    return broker.tryCall(method, path, body).orElseThrow().statusCode();
  }
}
