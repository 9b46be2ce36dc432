package io.macpool.sim.ssh;

import io.macpool.sim.net.Hold;
import io.macpool.sim.vcenter.guest.GuestPower;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All guests of one simulated installation. Each booted guest answers by SSH and SFTP as user
 * {@value #USER} on its own loopback address, on the port {@link #sshPort()} that all share.
 *
 * <p>After {@link #close()} no process, thread, listening socket, home or key of the fleet is left.
 */
public final class GuestFleet implements GuestPower, AutoCloseable {

  /** The only user of a guest. */
  public static final String USER = "travis";

  private static final Logger log = LoggerFactory.getLogger(GuestFleet.class);
  private static final int SSH = 22;
  private static final long THREADS_END_SECONDS = 10;

  private final Path directory;
  private final boolean directoryIsOurs;
  private final Path tools;
  private final LoopbackAddresses addresses;
  private final GuestKeys keys;
  private final GuestServer server;
  private final ExecutorService threads;
  private final Map<String, Guest> byName = new ConcurrentHashMap<>();
  private final Map<String, Guest> byAddress = new ConcurrentHashMap<>();
  private final Map<String, HungListener> hung = new ConcurrentHashMap<>();
  private final AtomicInteger marks = new AtomicInteger();
  private volatile boolean closed;

  private GuestFleet(GuestFleetOptions options) throws IOException {
    directoryIsOurs = !Files.exists(options.directory());
    directory = Files.createDirectories(options.directory()).toRealPath();
    tools = GuestTools.write(directory);
    GuestKeys made = GuestKeys.generate(directory.resolve("travis-vm-ssh-key"));
    keys = options.rsaHostKey() ? made.withRsaHost() : made;
    LoopbackAddresses wanted = LoopbackAddresses.from(options.firstAddress());
    GuestServer opened = null;
    while (opened == null) {
      opened = open(options, wanted);
      if (opened == null) {
        wanted = wanted.nextBlock();
      }
    }
    server = opened;
    addresses = wanted;
    threads = Executors.newCachedThreadPool(work -> new Thread(work, "guest-io"));
  }

  /** Starts a fleet without guests. */
  public static GuestFleet start(GuestFleetOptions options) {
    try {
      return new GuestFleet(options);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "can't start the guests' SSH server at "
              + options.firstAddress()
              + " (where only 127.0.0.1 exists, as on macOS, add aliases to the loopback"
              + " interface first): "
              + e.getMessage(),
          e);
    }
  }

  /** Null: another process holds the port in this block of addresses. */
  private @Nullable GuestServer open(GuestFleetOptions options, LoopbackAddresses wanted)
      throws IOException {
    int port = options.port().orElse(SSH);
    try {
      probe(wanted.own(), port);
      return GuestServer.open(wanted.own(), port, keys, options.program(), this::guestAt);
    } catch (BindException e) {
      boolean taken = String.valueOf(e.getMessage()).contains("in use");
      if (taken && wanted.hasNextBlock()) {
        return null;
      }
      if (options.port().isPresent() || taken) {
        throw e;
      }
    }
    // Port 22 is not for us: any port that is free on the first address serves all guests.
    return GuestServer.open(wanted.own(), 0, keys, options.program(), this::guestAt);
  }

  /** The SSH library logs a failed bind as an error; here it is a question. */
  private static void probe(String address, int port) throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address, port));
    }
  }

  private Optional<Guest> guestAt(String address) {
    return Optional.ofNullable(byAddress.get(address));
  }

  /** The port on which every guest answers. */
  public int sshPort() {
    return server.getPort();
  }

  /** The private key that opens every guest: OpenSSH format, no passphrase, mode 0600. */
  public Path privateKeyFile() {
    return keys.privateKeyFile();
  }

  /** The public half of {@link #privateKeyFile()} as a line of {@code authorized_keys}. */
  public String publicKeyLine() {
    return keys.publicKeyLine();
  }

  /** The key pair behind {@link #privateKeyFile()}. */
  public KeyPair clientKey() {
    return keys.client();
  }

  /** The host key that every guest shows to who asks for ECDSA. */
  public PublicKey hostKey() {
    return keys.host().getPublic();
  }

  @Override
  public String boot(String name) {
    if (closed) {
      throw new IllegalStateException("the fleet is closed: can't boot " + name);
    }
    String mark = ProcessHandle.current().pid() + "-" + marks.incrementAndGet();
    Path home = Guest.makeHome(directory, "home-" + mark);
    Guest guest = null;
    while (guest == null) {
      String address = addresses.next();
      Guest candidate = new Guest(name, directory + "/" + mark, address, home, tools, threads);
      if (byAddress.putIfAbsent(address, candidate) == null) {
        guest = candidate;
      }
    }
    if (byName.putIfAbsent(name, guest) != null) {
      byAddress.remove(guest.address(), guest);
      guest.die();
      throw new IllegalStateException("the guest " + name + " runs already");
    }
    try {
      server.listen(guest.address());
    } catch (IOException e) {
      byName.remove(name, guest);
      byAddress.remove(guest.address(), guest);
      guest.die();
      throw new UncheckedIOException(
          "can't listen on " + guest.address() + ":" + sshPort() + " for guest " + name, e);
    }
    if (closed) {
      kill(name);
      throw new IllegalStateException("the fleet was closed while booting " + name);
    }
    return guest.address();
  }

  @Override
  public void kill(String name) {
    Guest guest = byName.remove(name);
    if (guest == null) {
      return;
    }
    stopAnswering(guest);
    guest.die();
    byAddress.remove(guest.address(), guest);
  }

  private void stopAnswering(Guest guest) {
    server.stopListening(guest.address());
    HungListener listener = hung.remove(guest.address());
    if (listener != null) {
      try {
        listener.close();
      } catch (IOException e) {
        log.warn("can't close the listener of guest {}", guest.name(), e);
      }
    }
  }

  /** The names of the guests that run. */
  public Set<String> running() {
    return new TreeSet<>(byName.keySet());
  }

  /** The address of a running guest. */
  public Optional<String> address(String name) {
    return Optional.ofNullable(byName.get(name)).map(Guest::address);
  }

  /** The home directory of a running guest. */
  public Optional<Path> home(String name) {
    return Optional.ofNullable(byName.get(name)).map(Guest::home);
  }

  /** Drops all connections of a guest at once; new ones are accepted. */
  public void cut(String name) {
    running(name).cut();
  }

  /** From now on the guest accepts connections and answers nothing; open ones fall silent. */
  public void hang(String name) {
    change(running(name), GuestNetwork.HUNG);
  }

  /** From now on the guest refuses connections; open ones stay. */
  public void refuse(String name) {
    change(running(name), GuestNetwork.REFUSED);
  }

  /** Ends {@link #hang} and {@link #refuse}. */
  public void restore(String name) {
    change(running(name), GuestNetwork.UP);
  }

  /** Uploads to the guest wait for the hold to be closed, each with its file open. */
  public Hold holdUploads(String name) {
    return running(name).holdUploads();
  }

  /** From now on a login to the guest takes so long. */
  public void slowLogins(String name, Duration time) {
    running(name).loginTime(time);
  }

  private Guest running(String name) {
    return Optional.ofNullable(byName.get(name))
        .orElseThrow(() -> new IllegalArgumentException("no guest runs by the name " + name));
  }

  private synchronized void change(Guest guest, GuestNetwork next) {
    if (guest.network() == next) {
      return;
    }
    stopAnswering(guest);
    try {
      switch (next) {
        case UP -> server.listen(guest.address());
        case HUNG -> hung.put(guest.address(), new HungListener(guest.address(), sshPort()));
        case REFUSED -> log.debug("guest {} refuses connections now", guest.name());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't make guest " + guest.name() + " " + next, e);
    }
    guest.network(next);
  }

  @Override
  public void close() {
    closed = true;
    for (String name : running()) {
      kill(name);
    }
    try {
      server.stop(true);
    } catch (IOException e) {
      log.warn("the guests' SSH server did not stop cleanly", e);
    }
    threads.shutdown();
    try {
      if (!threads.awaitTermination(THREADS_END_SECONDS, TimeUnit.SECONDS)) {
        threads.shutdownNow();
        log.warn("threads of guests outlived the fleet");
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
    deleteFiles();
  }

  private void deleteFiles() {
    try {
      Files.deleteIfExists(keys.privateKeyFile());
      if (directoryIsOurs) {
        Homes.delete(directory);
      }
    } catch (IOException e) {
      log.warn("can't delete the guests' files in {}", directory, e);
    }
  }
}
