package io.macpool.sim.broker;

import io.macpool.broker.Capacity;
import io.macpool.broker.Capacity.Slots;
import io.macpool.broker.Instance;
import io.macpool.sim.vcenter.guest.GuestPower;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The simulated broker's instances and slots. Thread safe. */
final class InstancePool implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(InstancePool.class);
  private static final int BOOTS = 4;

  /** Guests tell it beside their IPv4 address, which is the one to dial. */
  private static final String LINK_LOCAL = "fe80::1";

  private static final long CLOSING_SECONDS = 10;

  private static final class Slot {
    private final String id;
    private final String image;
    private final String owner;
    private final Instant createdAt;
    private @Nullable String address;

    Slot(String id, String image, String owner, Instant createdAt) {
      this.id = id;
      this.image = image;
      this.owner = owner;
      this.createdAt = createdAt;
    }
  }

  private final Clock clock;
  private final GuestPower guests;
  private final AtomicInteger threads = new AtomicInteger();
  private final ExecutorService boots =
      Executors.newFixedThreadPool(
          BOOTS,
          task -> {
            Thread thread = new Thread(task, "broker-boot-" + threads.incrementAndGet());
            thread.setDaemon(true);
            return thread;
          });
  private final Map<String, Slot> alive = new LinkedHashMap<>();
  private final Map<String, String> byKey = new HashMap<>();
  private int size;
  private int created;
  private int destroyed;
  private int peak;
  private int refused;
  private boolean withholdsAddresses;

  InstancePool(int size, GuestPower guests, Clock clock) {
    this.size = size;
    this.guests = guests;
    this.clock = clock;
  }

  /** A new instance, or the one that was made for the same key; empty if every slot is taken. */
  synchronized Optional<Instance> create(String image, String owner, Optional<String> key) {
    Optional<Instance> known = key.map(byKey::get).flatMap(this::get);
    if (known.isPresent()) {
      return known;
    }
    if (alive.size() >= size) {
      refused++;
      return Optional.empty();
    }
    Slot slot = new Slot(UUID.randomUUID().toString(), image, owner, clock.instant());
    alive.put(slot.id, slot);
    key.ifPresent(text -> byKey.put(text, slot.id));
    created++;
    peak = Math.max(peak, alive.size());
    boots.execute(() -> boot(slot));
    return Optional.of(instance(slot));
  }

  private void boot(Slot slot) {
    try {
      String address = guests.boot(slot.id);
      synchronized (this) {
        if (alive.containsKey(slot.id)) {
          slot.address = address;
          return;
        }
      }
      guests.kill(slot.id);
    } catch (RuntimeException e) {
      log.warn("the guest of {} did not boot", slot.id, e);
    }
  }

  synchronized Optional<Instance> get(String id) {
    return Optional.ofNullable(alive.get(id)).map(this::instance);
  }

  synchronized List<Instance> list(Duration minAge) {
    return alive.values().stream()
        .map(this::instance)
        .filter(instance -> instance.age().compareTo(minAge) >= 0)
        .toList();
  }

  /** Destroys the instance; false if there is none. */
  boolean delete(String id) {
    synchronized (this) {
      if (alive.remove(id) == null) {
        return false;
      }
      destroyed++;
    }
    guests.kill(id);
    return true;
  }

  synchronized Capacity capacity() {
    int used = alive.size();
    Slots slots = new Slots(size, used, 0, Math.max(0, size - used));
    Map<String, Integer> byImage = new LinkedHashMap<>();
    alive.values().forEach(slot -> byImage.merge(slot.image, 1, Integer::sum));
    return new Capacity(
        Capacity.TYPE,
        "pool",
        slots,
        byImage.entrySet().stream()
            .map(entry -> new Capacity.ImageSlots(entry.getKey(), entry.getValue(), 0))
            .toList(),
        List.of());
  }

  private Instance instance(Slot slot) {
    String address = withholdsAddresses ? null : slot.address;
    return new Instance(
        Instance.TYPE,
        slot.id,
        address == null ? null : List.of(LINK_LOCAL, address),
        "powered-on",
        slot.createdAt,
        Duration.between(slot.createdAt, clock.instant()),
        slot.image,
        null,
        slot.owner,
        address == null ? "booting" : "ready",
        false,
        null);
  }

  synchronized void resize(int slots) {
    size = slots;
  }

  synchronized void withholdAddresses(boolean withheld) {
    withholdsAddresses = withheld;
  }

  synchronized Set<String> ids() {
    return Set.copyOf(alive.keySet());
  }

  synchronized int refused() {
    return refused;
  }

  synchronized int created() {
    return created;
  }

  synchronized int destroyed() {
    return destroyed;
  }

  synchronized int peak() {
    return peak;
  }

  @Override
  public void close() {
    boots.shutdown();
    try {
      if (!boots.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS)) {
        boots.shutdownNow();
      }
    } catch (InterruptedException e) {
      boots.shutdownNow();
      Thread.currentThread().interrupt();
    }
    list(Duration.ZERO).forEach(instance -> delete(instance.id()));
  }
}
