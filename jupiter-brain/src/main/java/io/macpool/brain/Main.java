package io.macpool.brain;

import io.macpool.service.BuildInfo;
import io.macpool.service.ServiceMain;

/** {@code java -jar jupiter-brain.jar}: the VM broker until a signal ends it. */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    BuildInfo build = BuildInfo.of("jupiter-brain", Main.class);
    System.exit(ServiceMain.run(build, BrainSettings.SPEC, arguments, JupiterBrain::start));
  }
}
