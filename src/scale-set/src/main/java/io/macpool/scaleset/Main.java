package io.macpool.scaleset;

import io.macpool.service.BuildInfo;
import io.macpool.service.ServiceMain;

/** {@code java -jar scale-set.jar}. */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    // Before the JDK's HTTP client reads it: left alone, it keeps a proxy's login from every
    // tunnel.
    System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
    System.exit(
        ServiceMain.run(
            BuildInfo.of("scale-set", Main.class),
            ScaleSetSettings.SPEC,
            arguments,
            ScaleSet::start));
  }
}
