package io.macpool.cli.pool;

import io.macpool.broker.Instance;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Who holds how many instances. */
final class Owners {

  private Owners() {}

  /** By name; what waits warm is nobody's. */
  static Map<String, Integer> holding(List<Instance> instances) {
    Map<String, Integer> owners = new TreeMap<>();
    instances.stream()
        .filter(each -> !Boolean.TRUE.equals(each.warm()))
        .forEach(each -> owners.merge(name(each), 1, Integer::sum));
    return owners;
  }

  private static String name(Instance instance) {
    return instance.owner() == null || instance.owner().isBlank() ? "unknown" : instance.owner();
  }
}
