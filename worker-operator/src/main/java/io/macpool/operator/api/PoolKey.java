package io.macpool.operator.api;

import java.util.Objects;

/** Names a HardwarePool. */
public record PoolKey(String namespace, String name) {

  public PoolKey {
    Objects.requireNonNull(namespace, "namespace");
    Objects.requireNonNull(name, "name");
  }
}
