package io.macpool.bench.brain;

import io.macpool.brain.BrainSettings;
import io.macpool.brain.JupiterBrain;
import io.macpool.service.Logs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The broker as in production, set by its environment; asked anything, it tells its heap. */
public final class BrokerMain {

  private BrokerMain() {}

  public static void main(String[] arguments) throws IOException {
    Logs.configure(Logs.Format.JSON, false);
    try (JupiterBrain brain =
            JupiterBrain.start(BrainSettings.SPEC.read(List.of(), System.getenv()));
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      System.out.println(brain.port());
      while (in.readLine() != null) {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        System.out.println(runtime.totalMemory() - runtime.freeMemory());
      }
    }
  }
}
