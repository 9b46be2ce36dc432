package io.macpool.sim.vcenter.soap;

import java.util.Objects;

/** A value in a field declared {@code xsd:anyType}: on the wire it names its type. */
public record AnyValue(Object value) {

  public AnyValue {
    Objects.requireNonNull(value, "value");
  }
}
