package io.macpool.brain;

import io.macpool.brain.lifecycle.execution.CrashPoint;
import io.macpool.service.setting.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A broker process that halts, without any cleaning up, when it passes a step. It reads its
 * settings from standard input, with {@code CRASH_AT} among them, up to an empty line, and prints
 * its port.
 */
final class CrashingBrain {

  private CrashingBrain() {}

  public static void main(String[] arguments) throws Exception {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Map<String, String> environment = read(in);
    CrashPoint.Step crashAt = CrashPoint.Step.valueOf(environment.get("CRASH_AT"));
    Settings settings = BrainSettings.SPEC.read(List.of(), environment);
    CrashPoint checkpoint =
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

  private static Map<String, String> read(BufferedReader in) throws IOException {
    Map<String, String> environment = new HashMap<>();
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      int equals = line.indexOf('=');
      environment.put(line.substring(0, equals), line.substring(equals + 1));
    }
    return environment;
  }
}
