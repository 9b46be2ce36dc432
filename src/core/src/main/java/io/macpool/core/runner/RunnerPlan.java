package io.macpool.core.runner;

import java.util.List;

/**
 * What should be done now.
 *
 * @param create so many more runners
 * @param retire runners that nobody needs; whoever does it asks again whether they are still idle
 * @param capacity how many jobs may be assigned at a time, those that are included
 * @param reason for a person: why no more are made than that
 */
public record RunnerPlan(int create, List<String> retire, int capacity, String reason) {

  public RunnerPlan {
    retire = List.copyOf(retire);
  }
}
