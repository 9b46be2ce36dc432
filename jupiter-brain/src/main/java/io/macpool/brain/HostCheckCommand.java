package io.macpool.brain;

import io.macpool.brain.tart.HostCheck;
import io.macpool.brain.tart.HostsFile;
import io.macpool.brain.tart.Mac;
import io.macpool.brain.tart.ssh.SshHost;
import io.macpool.brain.tart.ssh.SshHosts;
import io.macpool.service.BuildInfo;
import io.macpool.service.ServiceMain;
import io.macpool.service.setting.Setting;
import io.macpool.service.setting.Settings;
import io.macpool.service.setting.SettingsException;
import io.macpool.service.setting.SettingsSpec;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * {@code java -jar jupiter-brain.jar host check}: whether the Macs of the hosts file are fit to
 * make instances, each line with its cure. It needs no broker and changes nothing.
 */
final class HostCheckCommand {

  static final List<String> NAME = List.of("host", "check");

  static final Setting<String> HOST =
      Setting.text("HOST", "the one host to look at, by its name; all if unset");

  static final SettingsSpec SPEC =
      new SettingsSpec(
          "jupiter-brain host check",
          "says whether Macs with tart are fit to make instances, and what to do if not; exit"
              + " status 0: all are, 1: one is not, 2: unusable settings",
          "JUPITER_BRAIN_",
          List.of(
              TartSettings.TART_HOSTS,
              TartSettings.TART_KEY_FILE,
              TartSettings.TART_KNOWN_HOSTS,
              TartSettings.GUEST_RELAY_ADDR,
              BrainSettings.SSH_PORT,
              HOST,
              ServiceMain.DEBUG),
          Set.of());

  private HostCheckCommand() {}

  /** Runs the command and returns its exit status. */
  static int run(BuildInfo build, String[] arguments) {
    return ServiceMain.command(build, SPEC, arguments, settings -> check(settings, System.out));
  }

  /** 0 if every Mac is fit, else 1. */
  static int check(Settings settings, PrintStream out) {
    SettingsProblems problems = new SettingsProblems();
    Path key = TartAccess.file(settings, TartSettings.TART_KEY_FILE, problems);
    Path known = TartAccess.file(settings, TartSettings.TART_KNOWN_HOSTS, problems);
    Optional<String> path = settings.find(TartSettings.TART_HOSTS);
    if (path.isEmpty()) {
      problems.add("TART_HOSTS is required");
    }
    HostsFile file =
        path.map(
                text ->
                    problems.check(TartSettings.TART_HOSTS, () -> TartAccess.read(Path.of(text))))
            .orElse(null);
    if (Files.isReadable(key)) {
      problems.check(TartSettings.TART_KEY_FILE, () -> SshHosts.read(key));
    }
    problems.throwIfAny();
    Objects.requireNonNull(file, "else there is a problem");
    Optional<String> name = settings.find(HOST);
    List<Mac> macs =
        file.macs().stream()
            .filter(mac -> name.isEmpty() || name.get().equals(mac.name()))
            .toList();
    if (macs.isEmpty()) {
      throw new SettingsException(List.of("HOST: the hosts file has no host " + name.orElse("")));
    }
    boolean fit = true;
    try (SshHosts ssh = SshHosts.start(key, known)) {
      for (Mac mac : macs) {
        fit &= check(mac, ssh, expected(settings, file), out);
      }
    }
    return fit ? 0 : 1;
  }

  private static HostCheck.Expected expected(Settings settings, HostsFile file) {
    return new HostCheck.Expected(
        file.images(),
        settings.get(BrainSettings.SSH_PORT),
        settings.find(TartSettings.GUEST_RELAY_ADDR).isPresent());
  }

  private static boolean check(
      Mac mac, SshHosts ssh, HostCheck.Expected expected, PrintStream out) {
    boolean fit = true;
    out.println(mac.name());
    try (SshHost host = ssh.host(mac.address(), mac.port(), mac.user())) {
      for (HostCheck.Line line : HostCheck.run(mac, host, expected)) {
        out.println((line.fit() ? "  ok   " : "  CURE ") + line.text());
        fit &= line.fit();
      }
    }
    out.flush();
    return fit;
  }
}
