package io.macpool.brain;

import io.macpool.brain.tart.HostsFile;
import io.macpool.brain.tart.TartOptions;
import io.macpool.brain.tart.ssh.SshHosts;
import io.macpool.service.setting.Setting;
import io.macpool.service.setting.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How Macs with tart are reached, if there are any, checked as a whole.
 *
 * @param file what the hosts file said at the start
 */
record TartAccess(TartOptions options, HostsFile file) {

  /** A Mac that answers takes a second or two. */
  private static final Duration LOOK_LIMIT = Duration.ofSeconds(15);

  /** A round of looks ends with its slowest: four that do not are a broker that can't look. */
  private static final Duration STALE_AFTER = LOOK_LIMIT.multipliedBy(4);

  private static final HostsFile NONE = new HostsFile(Map.of(), List.of(), Set.of());

  /**
   * What the settings say; each mistake goes to {@code problems}.
   *
   * @param warm images that some instances are kept of
   */
  static Optional<TartAccess> of(Settings settings, Set<String> warm, SettingsProblems problems) {
    Optional<Path> hosts = settings.find(TartSettings.TART_HOSTS).map(Path::of);
    if (hosts.isEmpty()) {
      return Optional.empty();
    }
    Path key = file(settings, TartSettings.TART_KEY_FILE, problems);
    Path known = file(settings, TartSettings.TART_KNOWN_HOSTS, problems);
    if (Files.isReadable(key)) {
      problems.check(TartSettings.TART_KEY_FILE, () -> SshHosts.read(key));
    }
    HostsFile file = problems.check(TartSettings.TART_HOSTS, () -> read(hosts.get()));
    return Optional.of(
        new TartAccess(
            new TartOptions(
                hosts.get(),
                key,
                known,
                settings.get(TartSettings.TART_INTERVAL),
                LOOK_LIMIT,
                settings.get(VSphereSettings.VSPHERE_TASK_TIMEOUT),
                settings.get(TartSettings.TART_SETTLE),
                STALE_AFTER,
                settings.find(TartSettings.GUEST_RELAY_ADDR),
                settings.get(BrainSettings.SSH_PORT),
                warm),
            file == null ? NONE : file));
  }

  /**
   * The hosts file.
   *
   * @throws IllegalArgumentException with every mistake in it
   */
  static HostsFile read(Path path) {
    try {
      return HostsFile.parse(Files.readString(path));
    } catch (IOException e) {
      throw new IllegalArgumentException("it can't be read: " + e.getMessage(), e);
    }
  }

  /** A file that must be there. */
  static Path file(Settings settings, Setting<String> setting, SettingsProblems problems) {
    Optional<Path> path = settings.find(setting).map(Path::of);
    if (path.isEmpty()) {
      problems.add(setting.name() + " is required with TART_HOSTS");
    } else if (!Files.isReadable(path.get())) {
      problems.add(setting.name() + " can't be read: " + path.get());
    }
    return path.orElse(Path.of(""));
  }
}
