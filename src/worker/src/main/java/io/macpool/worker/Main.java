package io.macpool.worker;

import io.macpool.service.BuildInfo;
import io.macpool.service.ServiceMain;

/** Starts a worker as a process. */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    BuildInfo build = BuildInfo.of("worker", Main.class);
    int status =
        ServiceMain.run(
            build,
            WorkerSettings.SPEC,
            arguments,
            settings -> {
              Worker worker = Worker.start(settings);
              Signals.install(worker, settings);
              return worker;
            });
    System.exit(status);
  }
}
