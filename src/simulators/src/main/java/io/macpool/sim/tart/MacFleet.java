package io.macpool.sim.tart;

import io.macpool.sim.ssh.CommandServer;
import io.macpool.sim.ssh.GuestKeys;
import io.macpool.sim.ssh.RemoteShell;
import io.macpool.sim.ssh.SshdServer;
import io.macpool.sim.vcenter.guest.GuestPower;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Several Macs, with the files that a broker is given to reach them. After {@link #close} no
 * process and no listening socket of theirs is left.
 */
public final class MacFleet implements AutoCloseable {

  /** What names of images begin with as local VMs. */
  public static final String GOLDEN = "golden-";

  private static final String USER = "admin";

  /** Who takes a Mac's connections. */
  @FunctionalInterface
  private interface Server {
    RemoteShell start(GuestKeys keys, Path home, Path bin, Map<String, String> environment);
  }

  private final Server server;
  private final Path directory;
  private final Path bin;
  private final GuestKeys keys;
  private final ShimServer shims;
  private final Map<String, MacSimulator> macs = new LinkedHashMap<>();
  private final Map<String, String> images = new TreeMap<>();

  private MacFleet(Path directory, Server server) throws IOException {
    this.server = server;
    this.directory = directory;
    this.bin = Files.createDirectories(directory.resolve("bin"));
    this.keys = GuestKeys.generate(directory.resolve("key"));
    this.shims =
        ShimServer.start(
            call -> Objects.requireNonNull(macs.get(call.host), call.host).answer(call));
  }

  /**
   * Starts {@code count} Macs, {@code mac-1} and on, each with every image as a local VM.
   *
   * @param directory for their homes, empty or absent; left for whoever made it to delete
   */
  public static MacFleet start(
      Path directory, int count, MacTimes times, GuestPower guests, Collection<String> images) {
    return start(
        directory,
        count,
        times,
        guests,
        images,
        (keys, home, bin, environment) -> CommandServer.start(keys, USER, home, environment));
  }

  /** The same behind OpenSSH's own sshd, as the user that we are. */
  public static MacFleet startBehindSshd(
      Path directory, int count, MacTimes times, GuestPower guests, Collection<String> images) {
    return start(directory, count, times, guests, images, SshdServer::start);
  }

  private static MacFleet start(
      Path directory,
      int count,
      MacTimes times,
      GuestPower guests,
      Collection<String> images,
      Server server) {
    try {
      MacFleet fleet = new MacFleet(Files.createDirectories(directory).toRealPath(), server);
      for (int i = 1; i <= count; i++) {
        MacSimulator mac = fleet.add("mac-" + i, times, guests);
        images.forEach(image -> mac.withVm(GOLDEN + image));
      }
      images.forEach(image -> fleet.images.put(image, GOLDEN + image));
      return fleet;
    } catch (IOException e) {
      throw new UncheckedIOException("can't start simulated Macs below " + directory, e);
    }
  }

  private MacSimulator add(String name, MacTimes times, GuestPower guests) throws IOException {
    Path own = Files.createDirectories(bin.resolve(name));
    for (String command : MacSimulator.COMMANDS) {
      shims.install(own, command, name);
    }
    Path home = Files.createDirectories(directory.resolve("home-" + name));
    RemoteShell shell =
        server.start(
            keys,
            home,
            own,
            Map.of("HOME", home.toString(), "PATH", own + ":/usr/bin:/bin", "LANG", "C.UTF-8"));
    MacSimulator mac = new MacSimulator(name, home, times, guests, shell);
    macs.put(name, mac);
    return mac;
  }

  /** Names an image of a registry in {@link #hostsFile}; no Mac has it. */
  public MacFleet withRegistryImage(String image, String source) {
    images.put(image, source);
    return this;
  }

  public List<MacSimulator> macs() {
    return List.copyOf(macs.values());
  }

  public MacSimulator mac(String name) {
    return Objects.requireNonNull(macs.get(name), name);
  }

  /** The private key that all let in. */
  public Path keyFile() {
    return keys.privateKeyFile();
  }

  /** The host keys of all, as lines of known_hosts. */
  public String knownHosts() {
    return macs.values().stream()
        .map(mac -> CommandServer.knownHost(mac.port(), keys))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /** What a broker's hosts file says of them. */
  public String hostsFile() {
    StringBuilder text = new StringBuilder("images:\n");
    images.forEach(
        (image, vm) -> text.append("  ").append(image).append(": ").append(vm).append('\n'));
    text.append("hosts:\n");
    for (MacSimulator mac : macs.values()) {
      text.append(
          """
            - name: %s
              address: 127.0.0.1
              port: %d
              user: %s
              tart: %s
          """
              .formatted(
                  mac.name(), mac.port(), mac.user(), bin.resolve(mac.name()).resolve("tart")));
    }
    return text.toString();
  }

  @Override
  public void close() {
    macs.values().forEach(MacSimulator::close);
    try {
      shims.close();
    } catch (IOException e) {
      throw new UncheckedIOException("can't end the commands of simulated Macs", e);
    }
  }
}
