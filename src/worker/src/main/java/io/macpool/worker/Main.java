package io.macpool.worker;

import io.macpool.service.BuildInfo;
import io.macpool.service.ServiceMain;
import io.macpool.service.setting.SettingsException;
import io.macpool.service.setting.SettingsSpec;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Starts a worker as a process. */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    if (asksForProviders(List.of(arguments), System.getenv())) {
      for (WorkerSettings.Provider provider : WorkerSettings.Provider.values()) {
        System.out.println(provider.name().toLowerCase(Locale.ROOT));
      }
      return;
    }
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

  /** Whether only the names of providers are asked for: then nothing else need be set. */
  static boolean asksForProviders(List<String> arguments, Map<String, String> environment) {
    SettingsSpec alone =
        new SettingsSpec(
            "worker",
            "",
            WorkerSettings.SPEC.prefix(),
            List.of(WorkerSettings.LIST_BACKEND_PROVIDERS),
            WorkerSettings.SPEC.bareNames());
    List<String> asked =
        arguments.stream().filter(a -> a.contains("list-backend-providers")).toList();
    try {
      return alone.read(asked, environment).get(WorkerSettings.LIST_BACKEND_PROVIDERS);
    } catch (SettingsException e) {
      return false; // told when all settings are read
    }
  }
}
