package io.macpool.console;

import io.macpool.service.BuildInfo;
import io.macpool.service.ServiceMain;

/** {@code java -jar console.jar}. */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(
        ServiceMain.run(
            BuildInfo.of("console", Main.class), ConsoleSettings.SPEC, arguments, Console::start));
  }
}
