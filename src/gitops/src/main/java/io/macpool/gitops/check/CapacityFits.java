package io.macpool.gitops.check;

import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.tree.Capacity;
import io.macpool.gitops.tree.Capacity.Demand;
import io.macpool.gitops.tree.Capacity.Pool;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Environment.Located;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Jobs that the hardware cannot hold only take messages off the queue and give them back. */
final class CapacityFits implements Rule {

  @Override
  public String name() {
    return "capacity";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    for (Environment environment : inspection.tree().environments()) {
      Capacity capacity = Capacity.of(inspection.tree(), environment);
      environment.documents("HardwarePool").forEach(pool -> checkSlots(pool, problems));
      capacity.demands().forEach(demand -> checkPool(environment, capacity, demand, problems));
      capacity.pools().values().forEach(pool -> checkSum(capacity, pool, problems));
      checkTotal(environment, capacity, problems);
    }
    return problems;
  }

  private void checkSlots(Located pool, List<Problem> problems) {
    boolean fixed = pool.document().content().at("/spec/slots").isIntegralNumber();
    boolean read = !pool.document().text("/spec/brokerUrl").isEmpty();
    if (fixed == read) {
      problems.add(
          Problem.error(
              name(),
              pool.file(),
              pool.document().lineOf("/spec"),
              "the HardwarePool "
                  + pool.document().name()
                  + " has "
                  + (fixed ? "both slots and brokerUrl" : "neither slots nor brokerUrl"),
              "Write one of them: slots is two for each host"));
    }
  }

  private void checkPool(
      Environment environment, Capacity capacity, Demand demand, List<Problem> problems) {
    if (demand.pool().isEmpty() && demand.pointer().endsWith("/maxJobs")) {
      problems.add(
          problem(
              demand,
              "/spec/values/cluster",
              "no hardware pool bounds the cluster",
              "Write cluster.hardwarePool: one of "
                  + String.join(", ", capacity.pools().keySet())));
    } else if (!demand.pool().isEmpty() && !capacity.pools().containsKey(demand.pool())) {
      problems.add(
          problem(
              demand,
              "/spec/values/cluster/hardwarePool",
              "\"" + demand.pool() + "\" is no HardwarePool of " + environment.name(),
              "Write one of "
                  + String.join(", ", capacity.pools().keySet())
                  + ", or add it to releases/"
                  + environment.name()
                  + "/hardware"));
    }
  }

  private void checkSum(Capacity capacity, Pool pool, List<Problem> problems) {
    long jobs = capacity.jobs(pool.name());
    if (pool.room().isEmpty() || jobs <= pool.room().get()) {
      return;
    }
    List<Demand> demands = capacity.demands(pool.name());
    String sum =
        demands.stream()
            .map(demand -> demand.release().name() + " " + demand.jobs())
            .collect(Collectors.joining(", "));
    Demand largest = demands.stream().max(Comparator.comparingLong(Demand::jobs)).orElseThrow();
    problems.add(
        problem(
            largest,
            largest.pointer(),
            jobs
                + " jobs at once ("
                + sum
                + ") do not fit the hardware pool "
                + pool.name()
                + ": "
                + pool.slots().get()
                + " slots less "
                + pool.reserve()
                + " in reserve",
            "Lower maxJobs by " + (jobs - pool.room().get()) + ", or add hosts to the pool"));
  }

  private void checkTotal(Environment environment, Capacity capacity, List<Problem> problems) {
    boolean known = capacity.pools().values().stream().allMatch(pool -> pool.slots().isPresent());
    boolean unbound = capacity.demands().stream().anyMatch(demand -> demand.pool().isEmpty());
    if (known && unbound && capacity.jobs() > capacity.room()) {
      Demand largest =
          capacity.demands().stream().max(Comparator.comparingLong(Demand::jobs)).orElseThrow();
      problems.add(
          problem(
              largest,
              largest.pointer(),
              "all workers of "
                  + environment.name()
                  + " together may run "
                  + capacity.jobs()
                  + " jobs, and its hardware pools hold "
                  + capacity.room(),
              "Lower it by " + (capacity.jobs() - capacity.room()) + ", or add hosts"));
    }
  }

  private Problem problem(Demand demand, String pointer, String message, String fix) {
    return Problem.error(
        name(), demand.release().file(), demand.release().document().lineOf(pointer), message, fix);
  }
}
