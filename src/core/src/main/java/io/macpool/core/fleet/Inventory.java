package io.macpool.core.fleet;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What was seen at one moment, whole. Immutable: a change is a new inventory.
 *
 * @param version grows with each change
 * @param hosts by id
 * @param images by name
 * @param machines by the id of the instance that each is; those of the folder of clones that are no
 *     instance of this ledger's, and are not marked as another's, by their name
 * @param others VMs that are none of ours: they take up room on their hosts, and no more
 */
public record Inventory(
    long version,
    Map<String, Host> hosts,
    Map<String, Image> images,
    Map<String, Machine> machines,
    List<Machine> others) {

  public static final Inventory EMPTY = new Inventory(0, Map.of(), Map.of(), Map.of());

  public Inventory {
    hosts = Map.copyOf(hosts);
    images = Map.copyOf(images);
    machines = Map.copyOf(machines);
    others = List.copyOf(others);
  }

  /** One in which every machine is ours. */
  public Inventory(
      long version,
      Map<String, Host> hosts,
      Map<String, Image> images,
      Map<String, Machine> machines) {
    this(version, hosts, images, machines, List.of());
  }

  /** The same with its machines told apart by what is on record now. */
  public Inventory identified(Identities identities) {
    List<Machine> all = new ArrayList<>(machines.values());
    all.addAll(others);
    return of(version, hosts, images, all, identities);
  }

  /** Of all VMs that were seen, those that are instances, by their ids, and the others. */
  public static Inventory of(
      long version,
      Map<String, Host> hosts,
      Map<String, Image> images,
      Collection<Machine> seen,
      Identities identities) {
    record Candidate(Identities.Match match, Machine machine) {}
    List<Candidate> candidates = new ArrayList<>();
    List<Machine> others = new ArrayList<>();
    for (Machine machine : seen) {
      identities
          .match(machine)
          .ifPresentOrElse(
              match -> candidates.add(new Candidate(match, machine)),
              () -> others.add(machine.as(machine.sign().title())));
    }
    candidates.sort(
        Comparator.comparing((Candidate c) -> c.match().proof())
            .thenComparing(c -> c.machine().power() != PowerState.ON)
            .thenComparing(c -> c.machine().ref()));
    Map<String, Machine> machines = new HashMap<>();
    for (Candidate candidate : candidates) {
      Machine machine = candidate.machine().as(candidate.match().id());
      if (machines.putIfAbsent(machine.name(), machine) != null) {
        others.add(machine.as(machine.sign().title())); // a copy that somebody made of an instance
      }
    }
    others.sort(Comparator.comparing(Machine::ref));
    return new Inventory(version, hosts, images, machines, others);
  }

  public Optional<Machine> machine(String name) {
    return Optional.ofNullable(machines.get(name));
  }

  public Optional<Image> image(String name) {
    return Optional.ofNullable(images.get(name));
  }

  /** Whether all hosts that have the image let guests be reached by endpoints alone. */
  public boolean isAllRelayed(Image image) {
    return isAnyRelayed(image) && relayed(image).allMatch(relayed -> relayed);
  }

  /** Whether any host that has the image does so. */
  public boolean isAnyRelayed(Image image) {
    return relayed(image).anyMatch(relayed -> relayed);
  }

  private Stream<Boolean> relayed(Image image) {
    return hosts.values().stream()
        .filter(host -> host.traits().provider().equals(image.provider()))
        .filter(host -> host.storage().containsAll(image.storage()))
        .map(host -> host.traits().relayed());
  }

  /** How people call a host: its name, or its id while it can't be seen. */
  public String hostName(String id) {
    Host host = hosts.get(id);
    return host == null ? id : host.name();
  }
}
