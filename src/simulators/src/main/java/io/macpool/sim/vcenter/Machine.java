package io.macpool.sim.vcenter;

import io.macpool.sim.vcenter.soap.MoRef;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** The state of one virtual machine, changed by {@link Machines} alone, under the lock. */
final class Machine {

  final MoRef ref;
  final int number;
  final Instant createdAt;

  /** The name that it was made under: its guest's, whatever people call the machine later. */
  String original = "";

  /** What its UUIDs are made of; they stay when it is registered again. */
  String identity;

  String name;
  MoRef folder;
  MoRef pool;
  MoRef host;
  MoRef datastore;
  String datastoreName;
  int cpus;
  int memoryMb;
  String annotation = "";
  boolean template;
  boolean frozen;
  boolean poweredOn;

  /** Its memory lies on disk: it is neither on nor off. */
  boolean suspended;

  /** Still being cloned: there is an entity, but no configuration. */
  boolean unfinished;

  /** An operation runs on it; a second one is refused. */
  boolean busy;

  /** The base disk of a linked clone; empty if it has a disk of its own. */
  String diskParent = "";

  /** Counts power changes: a boot that ends after one is void. */
  int powerChanges;

  /** Of its guest; null while it has none. */
  String guestAddress;

  final Map<String, String> extraConfig = new LinkedHashMap<>();
  final Map<String, MoRef> snapshots = new LinkedHashMap<>();

  Machine(MoRef ref, int number, Instant createdAt) {
    this.ref = ref;
    this.number = number;
    this.createdAt = createdAt;
    this.identity = ref.id() + " " + createdAt;
  }

  String diskFile() {
    return "[" + datastoreName + "] " + name + "/" + name + ".vmdk";
  }
}
