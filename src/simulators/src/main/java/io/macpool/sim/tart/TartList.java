package io.macpool.sim.tart;

import java.util.List;
import java.util.stream.Collectors;

/** {@code tart list}. */
final class TartList {

  private static final String ROW =
      """
      {
        "Accessed" : "2026-01-01T00:00:00Z",
        "Disk" : %d,
        "Name" : "%s",
        "Running" : %b,
        "Size" : 21,
        "Source" : "%s",
        "State" : "%s"
      }\
      """;

  private TartList() {}

  static void answer(ShimCall call, List<TartVm> all) {
    String source = call.option("--source");
    List<TartVm> wanted =
        all.stream().filter(vm -> source.isEmpty() || source.equals(kind(vm))).toList();
    if (call.arguments.contains("--quiet")) {
      wanted.forEach(vm -> call.out(vm.name));
    } else if (wanted.isEmpty()) {
      call.out("[\n\n]");
    } else {
      call.out(wanted.stream().map(TartList::row).collect(Collectors.joining(",\n", "[\n", "\n]")));
    }
    call.exit(0);
  }

  /** {@code tart get}, as far as it tells how a VM is. */
  static String one(TartVm vm) {
    return """
    {
      "Running" : %b,
      "CPU" : %d,
      "Memory" : %d,
      "State" : "%s"
    }\
    """
        .formatted(vm.running(), vm.cpus, vm.memory, vm.state());
  }

  private static String kind(TartVm vm) {
    return vm.cached ? "oci" : "local";
  }

  private static String row(TartVm vm) {
    return ROW.formatted(
        vm.disk,
        vm.name.replace("/", "\\/"),
        vm.running(),
        vm.cached ? "OCI" : "local",
        vm.state());
  }
}
