package io.macpool.console.page;

import io.macpool.broker.HostInfo;
import io.macpool.broker.Instance;
import io.macpool.console.page.PoolGrid.Row;
import io.macpool.console.watch.BrokerState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The grid's rows of one look after the other. A row is made anew only where what it shows may have
 * changed: of a large pool that is a few of a thousand. Not thread-safe.
 */
public final class GridRows {

  private record Made(HostInfo host, List<Instance> instances, Row row) {

    /** Ages apart, with which no row changes. */
    private boolean isStillTrue(HostInfo now, List<Instance> there) {
      if (!host.equals(now) || instances.size() != there.size()) {
        return false;
      }
      for (int i = 0; i < there.size(); i++) {
        if (!isSame(instances.get(i), there.get(i))) {
          return false;
        }
      }
      return true;
    }

    private static boolean isSame(Instance one, Instance other) {
      return one.id().equals(other.id())
          && Objects.equals(one.phase(), other.phase())
          && Objects.equals(one.warm(), other.warm())
          && Objects.equals(one.owner(), other.owner())
          && Objects.equals(one.baseImage(), other.baseImage())
          && Objects.equals(one.createdAt(), other.createdAt());
    }
  }

  private Map<String, Made> made = new HashMap<>();

  /** Those of a look, by host; a row that did not change is the same as before. */
  public List<Row> of(BrokerState state) {
    Map<String, List<Instance>> instances = PoolGrid.byHost(state);
    Map<String, Made> next = new HashMap<>();
    List<Row> rows = new ArrayList<>();
    for (HostInfo host : state.hosts()) {
      List<Instance> there = instances.getOrDefault(host.name(), List.of());
      Made before = made.get(host.name());
      if (before == null || !before.isStillTrue(host, there)) {
        Row row = PoolGrid.row(host, there);
        before =
            new Made(host, there, before != null && before.row().equals(row) ? before.row() : row);
      }
      next.put(host.name(), before);
      rows.add(before.row());
    }
    made = next;
    return rows;
  }
}
