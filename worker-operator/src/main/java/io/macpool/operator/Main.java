package io.macpool.operator;

import io.macpool.service.BuildInfo;
import io.macpool.service.ServiceMain;

/** {@code java -jar worker-operator.jar}. */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    BuildInfo build = BuildInfo.of("worker-operator", Main.class);
    System.exit(
        ServiceMain.run(
            build, OperatorSettings.SPEC, arguments, FrameworkFailures.KNOWN, Operator::start));
  }
}
