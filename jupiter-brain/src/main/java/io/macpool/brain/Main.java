package io.macpool.brain;

import io.macpool.service.BuildInfo;
import io.macpool.service.ServiceMain;
import java.util.Arrays;
import java.util.List;

/**
 * {@code java -jar jupiter-brain.jar}: the VM broker until a signal ends it; with {@code janitor}
 * as the first argument, the janitor alone; with {@code host check}, a look at Macs with tart.
 */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    BuildInfo build = BuildInfo.of("jupiter-brain", Main.class);
    boolean janitor = arguments.length > 0 && arguments[0].equals(JanitorCommand.NAME);
    boolean hostCheck =
        arguments.length > 1 && List.of(arguments).subList(0, 2).equals(HostCheckCommand.NAME);
    System.exit(
        janitor
            ? JanitorCommand.run(build, Arrays.copyOfRange(arguments, 1, arguments.length))
            : hostCheck
                ? HostCheckCommand.run(build, Arrays.copyOfRange(arguments, 2, arguments.length))
                : ServiceMain.run(build, BrainSettings.SPEC, arguments, JupiterBrain::start));
  }
}
