package io.macpool.sim.vcenter.soap;

import java.util.Objects;

/** A reference to a managed object: the name of its type and its id, unique over all types here. */
public record MoRef(String type, String id) {

  public MoRef {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(id, "id");
  }

  @Override
  public String toString() {
    return type + ":" + id;
  }
}
