package io.macpool.scaleset;

import io.macpool.service.BuildInfo;
import io.macpool.service.ServiceMain;

/** {@code java -jar scale-set.jar}. */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(
        ServiceMain.run(
            BuildInfo.of("scale-set", Main.class),
            ScaleSetSettings.SPEC,
            arguments,
            ScaleSet::start));
  }
}
