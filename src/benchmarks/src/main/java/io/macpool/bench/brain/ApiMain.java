package io.macpool.bench.brain;

import io.macpool.service.Logs;
import io.macpool.sim.vcenter.VCenterOptions;
import java.util.Map;

/**
 * A broker before a simulated vCenter, for a program that tests its API from outside: prints its
 * URL and ends when its standard input does. The token is {@code bench}, an administrator's.
 */
public final class ApiMain {

  private static final int HOSTS = 20;

  private ApiMain() {}

  public static void main(String[] arguments) throws Exception {
    Logs.silence(); // standard output is for the program that tests
    try (Lab lab =
        new Lab(
            VCenterOptions.defaults().withHosts(HOSTS),
            Map.of("JUPITER_BRAIN_AUTH_TOKENS", "other=other-client"))) {
      System.out.println(lab.url());
      System.out.flush();
      while (System.in.read() >= 0) {
        // whatever is said, only the end counts
      }
    }
  }
}
