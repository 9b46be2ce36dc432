package io.macpool.brain;

import io.macpool.brain.lifecycle.Checkpoint;
import io.macpool.service.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A broker process that halts, without any cleaning up, when it passes a step. It warms up first,
 * as most of its time is a cold JVM's; then it reads its settings from standard input, with {@code
 * CRASH_AT} among them, up to an empty line, and prints its port.
 */
final class CrashingBrain {

  private CrashingBrain() {}

  public static void main(String[] arguments) throws Exception {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    warmUp();
    Map<String, String> environment = read(in);
    Checkpoint.Step crashAt = Checkpoint.Step.valueOf(environment.get("CRASH_AT"));
    Settings settings = BrainSettings.SPEC.read(List.of(), environment);
    Checkpoint checkpoint =
        step -> {
          if (step == crashAt) {
            Runtime.getRuntime().halt(3);
          }
        };
    try (JupiterBrain brain = JupiterBrain.start(settings, checkpoint)) {
      System.out.println(brain.port());
      // Until the test lets go of us, or dies.
      System.in.readAllBytes();
    }
  }

  /** A broker without a vCenter, started for the sake of the classes that it loads. */
  private static void warmUp() {
    Map<String, String> nowhere =
        Map.of(
            "JUPITER_BRAIN_ADDR", "127.0.0.1:0",
            "JUPITER_BRAIN_AUTH_TOKEN", "secret",
            "JUPITER_BRAIN_VSPHERE_API_URL", "http://user:pass@127.0.0.1:1/sdk",
            "JUPITER_BRAIN_VSPHERE_BASE_PATH", "/images",
            "JUPITER_BRAIN_VSPHERE_VM_PATH", "/vms",
            "JUPITER_BRAIN_VSPHERE_CLUSTER_PATH", "/");
    JupiterBrain.start(BrainSettings.SPEC.read(List.of(), nowhere)).close();
  }

  private static Map<String, String> read(BufferedReader in) throws IOException {
    Map<String, String> environment = new HashMap<>();
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      int equals = line.indexOf('=');
      environment.put(line.substring(0, equals), line.substring(equals + 1));
    }
    return environment;
  }
}
