package io.macpool.brain.tart;

import io.macpool.brain.tart.ssh.SshHost;
import io.macpool.core.fleet.Endpoint;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Lets clients reach guests in tart's NAT, which their own Mac alone reaches: a port of this broker
 * for each, which is closed with the guest. Thread-safe; nothing here blocks its caller.
 */
final class GuestRelay implements GuestEndpoints {

  private final Vertx vertx;
  private final RelayAddress address;
  private final int guestPort;
  private final Function<Mac, SshHost> hosts;
  private final Executor threads;
  private final Runnable onNews;

  // Guarded by this.
  private final Map<String, RelayPort> relayPorts = new HashMap<>();
  private int given;
  private boolean closed;

  /**
   * @param guestPort that guests take SSH at
   * @param hosts a connection of its own with a Mac, for one guest
   * @param threads may be blocked while a connection begins
   * @param onNews called when there is more to dial than before, on any thread
   */
  GuestRelay(
      Vertx vertx,
      RelayAddress address,
      int guestPort,
      Function<Mac, SshHost> hosts,
      Executor threads,
      Runnable onNews) {
    this.vertx = vertx;
    this.address = address;
    this.guestPort = guestPort;
    this.hosts = hosts;
    this.threads = threads;
    this.onNews = onNews;
  }

  @Override
  public boolean relays(Mac mac) {
    return mac.bridge().isEmpty();
  }

  @Override
  public synchronized Optional<Endpoint> of(Mac mac, String ref, String guest) {
    if (!relays(mac)) {
      return OPEN.of(mac, ref, guest);
    }
    if (closed) {
      return Optional.empty();
    }
    RelayPort relayPort = relayPorts.get(ref);
    if (relayPort != null && !relayPort.leadsTo(mac)) {
      relayPort.close();
      relayPort = null;
    }
    if (relayPort == null) {
      relayPort = new RelayPort(vertx, mac, hosts.apply(mac), guestPort, threads);
      relayPorts.put(ref, relayPort);
    }
    relayPort.dial(guest);
    if (relayPort.isToBeOpened()) {
      relayPort.open(address.host(), this::port, address.ports(), onNews);
    }
    return relayPort.port().isEmpty()
        ? Optional.empty()
        : Optional.of(Endpoint.of(address.host(), relayPort.port().getAsInt()));
  }

  /** In turn, so that one who comes late to a guest that is gone does not meet another soon. */
  private synchronized int port() {
    return address.first() == 0 ? 0 : address.first() + given++ % address.ports();
  }

  @Override
  public synchronized Optional<String> trouble() {
    return relayPorts.values().stream()
        .flatMap(relayPort -> relayPort.trouble().stream())
        .findFirst();
  }

  @Override
  public void keep(Set<String> refs) {
    Set<RelayPort> left = new HashSet<>();
    synchronized (this) {
      relayPorts
          .entrySet()
          .removeIf(
              relayPort -> !refs.contains(relayPort.getKey()) && left.add(relayPort.getValue()));
    }
    left.forEach(RelayPort::close);
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    keep(Set.of());
  }
}
