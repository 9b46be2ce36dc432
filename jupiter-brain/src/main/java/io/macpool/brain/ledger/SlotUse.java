package io.macpool.brain.ledger;

import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Instance;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * What the ledger knows of the hosts' slots inside a reservation's transaction.
 *
 * @param slots slot rows by host
 * @param taken those that are held, by host
 * @param operations instances being made or destroyed, by host, over all replicas
 * @param creating instances being made, over all hosts and replicas
 * @param cordons by host
 * @param hosts where each instance that is not gone is on record, by its id, over all replicas
 */
public record SlotUse(
    Map<String, Integer> slots,
    Map<String, Integer> taken,
    Map<String, Integer> operations,
    int creating,
    Map<String, String> hosts,
    Map<String, Cordon> cordons) {
  public SlotUse {
    slots = Map.copyOf(slots);
    taken = Map.copyOf(taken);
    operations = Map.copyOf(operations);
    hosts = Map.copyOf(hosts);
    cordons = Map.copyOf(cordons);
  }

  /** The same with these on their hosts, too, in the making. */
  SlotUse with(Collection<Instance> placed) {
    if (placed.isEmpty()) {
      return this;
    }
    Map<String, Integer> takenThen = new HashMap<>(taken);
    Map<String, Integer> operationsThen = new HashMap<>(operations);
    Map<String, String> hostsThen = new HashMap<>(hosts);
    for (Instance instance : placed) {
      String host = instance.host().orElseThrow();
      takenThen.merge(host, 1, Integer::sum);
      operationsThen.merge(host, 1, Integer::sum);
      hostsThen.put(instance.id(), host);
    }
    return new SlotUse(
        slots, takenThen, operationsThen, creating + placed.size(), hostsThen, cordons);
  }

  /** The same without cordons. */
  public SlotUse(
      Map<String, Integer> slots,
      Map<String, Integer> taken,
      Map<String, Integer> operations,
      int creating,
      Map<String, String> hosts) {
    this(slots, taken, operations, creating, hosts, Map.of());
  }
}
