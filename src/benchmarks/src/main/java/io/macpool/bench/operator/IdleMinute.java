package io.macpool.bench.operator;

import io.macpool.bench.Measurement;
import io.macpool.bench.Report;
import io.macpool.bench.ServiceProcess;
import io.macpool.sim.kubernetes.ApiCall;
import io.macpool.sim.kubernetes.ApiCall.Verb;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** What an operator costs while queues are empty and nothing changes, over half a minute. */
final class IdleMinute {

  private static final Duration WINDOW = Duration.ofSeconds(30);

  private static final double WINDOWS_A_MINUTE = 60.0 / WINDOW.toSeconds();

  private IdleMinute() {}

  static void measure(Fleet fleet, ServiceProcess operator, Report report) throws Exception {
    report.progress("nothing happens for " + WINDOW.toSeconds() + " s");
    fleet.calls().reset();
    long calls = fleet.workers().calls();
    Duration cpu = operator.cpu();
    TimeUnit.NANOSECONDS.sleep(WINDOW.toNanos());
    Duration used = operator.cpu().minus(cpu);
    long asked = fleet.workers().calls() - calls;
    List<ApiCall> all = fleet.calls().latest();
    List<ApiCall> others =
        all.stream().filter(call -> !call.isLease() && call.verb() != Verb.WATCH).toList();
    long leases = all.stream().filter(ApiCall::isLease).count();
    report.add(perMinute("operator.idle.lease-calls", leases));
    report.add(perMinute("operator.idle.watch-calls", all.size() - others.size() - leases));
    report.add(perMinute("operator.idle.other-calls", others.size()).atMost(0));
    report.add(perMinute("operator.idle.worker-calls", asked));
    report.add(
        Measurement.of("operator.idle.cpu", 100.0 * used.toMillis() / WINDOW.toMillis(), "% core"));
    if (!others.isEmpty()) {
      report.progress("other calls were " + kinds(others));
    }
  }

  private static Measurement perMinute(String name, long inWindow) {
    return Measurement.of(name, inWindow * WINDOWS_A_MINUTE, "per min");
  }

  private static Map<String, Long> kinds(List<ApiCall> calls) {
    return calls.stream()
        .collect(
            Collectors.groupingBy(
                call -> call.verb() + " " + call.resource() + " " + call.subresource(),
                TreeMap::new,
                Collectors.counting()));
  }
}
