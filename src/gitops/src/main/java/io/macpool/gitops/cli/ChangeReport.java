package io.macpool.gitops.cli;

import io.macpool.gitops.change.ObjectChange;
import io.macpool.gitops.tree.Capacity;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Changes as people read them. */
final class ChangeReport {

  private ChangeReport() {}

  static void print(PrintWriter out, List<ObjectChange> changes) {
    if (changes.isEmpty()) {
      out.println("no object changes");
    }
    for (ObjectChange change : changes) {
      String sign =
          switch (change.kind()) {
            case ADDED -> "+";
            case CHANGED -> "~";
            case REMOVED -> "-";
          };
      out.println(sign + " " + change.object());
      change.fields().forEach(field -> out.println("    " + field));
    }
  }

  static void printCapacity(PrintWriter out, Optional<Capacity> before, Capacity after) {
    out.println("capacity (jobs at once / slots for jobs):");
    TreeSet<String> pools = new TreeSet<>(after.pools().keySet());
    before.ifPresent(capacity -> pools.addAll(capacity.pools().keySet()));
    for (String pool : pools) {
      String was = before.map(capacity -> line(capacity, pool)).orElse("(none)");
      String is = line(after, pool);
      out.println("  " + pool + ": " + (was.equals(is) ? is : was + " → " + is));
    }
    String was = before.map(ChangeReport::total).orElse("(none)");
    String is = total(after);
    out.println("  all: " + (was.equals(is) ? is : was + " → " + is));
  }

  private static String line(Capacity capacity, String pool) {
    if (!capacity.pools().containsKey(pool)) {
      return "(none)";
    }
    Optional<Integer> room = capacity.pools().get(pool).room();
    return capacity.jobs(pool) + " / " + room.map(String::valueOf).orElse("as the broker says");
  }

  private static String total(Capacity capacity) {
    return capacity.jobs() + " / " + capacity.room();
  }
}
