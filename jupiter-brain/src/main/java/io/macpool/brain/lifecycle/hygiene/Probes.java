package io.macpool.brain.lifecycle.hygiene;

import io.macpool.brain.lifecycle.execution.SshProbe;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;

/**
 * Tries hosts and their guests over the network. Nothing that asks a hypervisor belongs here: the
 * point is to see what it does not see.
 */
public final class Probes implements AutoCloseable {

  /** A connection that takes longer is not taken at all. */
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);

  private final SshProbe guests;
  private final HostConnectProbes hosts;

  /**
   * Asks nobody yet.
   *
   * @param sshPort where guests are asked that tell no port of their own
   */
  public Probes(Vertx vertx, int sshPort, InstantSource clock) {
    this.guests = new SshProbe(vertx, sshPort);
    this.hosts = new HostConnectProbes(vertx, CONNECT_LIMIT, clock);
  }

  SshProbe guests() {
    return guests;
  }

  HostConnectProbes hosts() {
    return hosts;
  }

  @Override
  public void close() {
    guests.close();
    hosts.close();
  }
}
