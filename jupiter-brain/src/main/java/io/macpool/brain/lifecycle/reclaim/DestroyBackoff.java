package io.macpool.brain.lifecycle.reclaim;

import io.macpool.core.GoDuration;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets destructions that fail wait longer and longer, each machine for itself and all of a host
 * together, so that what can't succeed keeps nobody from what can. Tells of them once, with a
 * count. Thread-safe.
 */
public final class DestroyBackoff {

  private static final Logger log = LoggerFactory.getLogger(DestroyBackoff.class);
  private static final Duration FIRST = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofMinutes(10);

  /** So many failures in a row on one host, without a success there, are the host's. */
  private static final int HOSTS_OWN = 3;

  private static final Duration TELL_AGAIN = Duration.ofMinutes(5);
  private static final Duration FORGET = Duration.ofHours(1);

  private static final class Failing {
    private int failures;
    private Instant last = Instant.MIN;
    private Instant next = Instant.MIN;
    private Instant told = Instant.MIN;
    private int untold;
    private String reason = "";
    private String host = "";

    private void fail(String why, Instant now) {
      failures++;
      last = now;
      reason = why;
      Duration pause = FIRST.multipliedBy(1L << Math.min(failures - 1, 10));
      next = now.plus(pause.compareTo(LONGEST) > 0 ? LONGEST : pause);
    }
  }

  private final Supplier<Inventory> inventory;
  private final Clock clock;
  private final Map<String, Failing> machines = new HashMap<>();
  private final Map<String, Failing> hosts = new HashMap<>();

  public DestroyBackoff(Supplier<Inventory> inventory, Clock clock, MeterRegistry meters) {
    this.inventory = inventory;
    this.clock = clock;
    Gauge.builder("instance.destroy.failing", this, DestroyBackoff::count)
        .description("machines whose destruction failed and is to be tried again")
        .register(meters);
  }

  private synchronized int count() {
    return machines.size();
  }

  /** A destruction went well. */
  synchronized void succeeded(String name, Optional<String> host) {
    machines.remove(name);
    host.ifPresent(hosts::remove);
  }

  /** A destruction failed: it is told, unless the same was told a short while ago. */
  synchronized void failed(String name, Optional<String> host, String why) {
    Instant now = clock.instant();
    machines.values().removeIf(f -> f.last.isBefore(now.minus(FORGET)));
    hosts.values().removeIf(f -> f.last.isBefore(now.minus(FORGET)));
    Failing machine = machines.computeIfAbsent(name, n -> new Failing());
    machine.fail(why, now);
    machine.host = host.orElse("");
    Failing teller = hosts.computeIfAbsent(machine.host, h -> new Failing());
    teller.fail(why, now);
    if (teller.told.plus(TELL_AGAIN).isAfter(now)) {
      teller.untold++;
      return;
    }
    log.warn(
        "could not destroy {}{}, it is tried again in {}: {}{}",
        name,
        host.map(id -> " on host " + inventory.get().hostName(id)).orElse(""),
        GoDuration.format(Duration.between(now, machine.next)),
        why,
        teller.untold == 0 ? "" : " (" + teller.untold + " more failed there since it was told)");
    teller.told = now;
    teller.untold = 0;
  }

  /** Whether trying now would most likely fail again. */
  synchronized boolean rests(String name, Optional<Machine> machine) {
    Instant now = clock.instant();
    Failing failing = machines.get(name);
    if (failing != null && now.isBefore(failing.next)) {
      return true;
    }
    String host = machine.flatMap(Machine::host).orElse("");
    if (isLost(host)) {
      return true;
    }
    Failing onHost = hosts.get(host);
    return onHost != null
        && !host.isEmpty()
        && onHost.failures >= HOSTS_OWN
        && now.isBefore(onHost.next);
  }

  private boolean isLost(String host) {
    return Optional.ofNullable(inventory.get().hosts().get(host))
        .filter(h -> !h.connected())
        .isPresent();
  }

  /** What can't be destroyed, by host, for a person; empty if all can. */
  public synchronized Optional<String> warning() {
    Map<String, Integer> counts = new TreeMap<>();
    Map<String, String> reasons = new HashMap<>();
    for (Failing failing : machines.values()) {
      String host =
          failing.host.isEmpty() ? "no known host" : inventory.get().hostName(failing.host);
      counts.merge(host, 1, Integer::sum);
      reasons.put(host, failing.reason);
    }
    StringBuilder text = new StringBuilder();
    counts.forEach(
        (host, count) ->
            text.append(text.length() == 0 ? "" : "; ")
                .append(count == 1 ? "1 machine" : count + " machines")
                .append(" on ")
                .append(host)
                .append(" could not be destroyed yet: ")
                .append(reasons.get(host)));
    return text.length() == 0 ? Optional.empty() : Optional.of(text.toString());
  }
}
