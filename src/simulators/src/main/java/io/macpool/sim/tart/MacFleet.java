package io.macpool.sim.tart;

import io.macpool.sim.ssh.CommandServer;
import io.macpool.sim.ssh.GuestKeys;
import io.macpool.sim.vcenter.guest.GuestPower;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Several Macs, with the files that a broker is given to reach them. After {@link #close} no
 * process and no listening socket of theirs is left.
 */
public final class MacFleet implements AutoCloseable {

  /** Who may log in. */
  public static final String USER = "admin";

  private final Path directory;
  private final Path bin;
  private final GuestKeys keys;
  private final ShimServer shims;
  private final Map<String, MacSimulator> macs = new LinkedHashMap<>();
  private final Map<String, String> images = new TreeMap<>();

  private MacFleet(Path directory) throws IOException {
    this.directory = directory;
    this.bin = Files.createDirectories(directory.resolve("bin"));
    this.keys = GuestKeys.generate(directory.resolve("key"));
    this.shims = ShimServer.start(call -> macs.get(call.host).answer(call));
  }

  /**
   * Starts {@code count} Macs, {@code mac-1} and on, each with every image as a local VM.
   *
   * @param directory for their homes, empty or absent; left for whoever made it to delete
   */
  public static MacFleet start(
      Path directory, int count, MacTimes times, GuestPower guests, Collection<String> images) {
    try {
      MacFleet fleet = new MacFleet(Files.createDirectories(directory).toRealPath());
      for (int i = 1; i <= count; i++) {
        MacSimulator mac = fleet.add("mac-" + i, times, guests);
        images.forEach(image -> mac.withVm("golden-" + image));
      }
      images.forEach(image -> fleet.images.put(image, "golden-" + image));
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
    MacSimulator mac = new MacSimulator(name, home, own, times, guests, keys);
    macs.put(name, mac);
    return mac;
  }

  public List<MacSimulator> macs() {
    return List.copyOf(macs.values());
  }

  public MacSimulator mac(String name) {
    return macs.get(name);
  }

  /** The private key of {@link #USER}. */
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
              .formatted(mac.name(), mac.port(), USER, bin.resolve(mac.name()).resolve("tart")));
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
