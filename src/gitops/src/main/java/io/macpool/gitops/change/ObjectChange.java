package io.macpool.gitops.change;

import java.util.List;

/**
 * What would become of one object of the cluster.
 *
 * @param object {@code Kind/name}
 * @param fields for a changed object, {@code path: before → after}, in order
 */
public record ObjectChange(Kind kind, String object, List<String> fields) {

  /** What happens to it. */
  public enum Kind {
    ADDED,
    CHANGED,
    REMOVED
  }

  public ObjectChange {
    fields = List.copyOf(fields);
  }
}
