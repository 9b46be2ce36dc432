package io.macpool.brain;

import io.macpool.brain.lifecycle.Checkpoint;
import io.macpool.service.Settings;
import java.util.List;

/**
 * A broker process that halts, without any cleaning up, when it passes the step named in {@code
 * CRASH_AT}. It prints its port.
 */
final class CrashingBrain {

  private CrashingBrain() {}

  public static void main(String[] arguments) throws Exception {
    Checkpoint.Step crashAt = Checkpoint.Step.valueOf(System.getenv("CRASH_AT"));
    Settings settings = BrainSettings.SPEC.read(List.of(), System.getenv());
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
}
