package io.macpool.interleavings;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;

/** The process that runs under Fray: searches each harness, and says a line of each. */
final class ScheduleMain {

  private ScheduleMain() {}

  /** Arguments: directory for reports, first seed, schedules, those for a planted fault, names. */
  public static void main(String[] arguments) throws Exception {
    PrintStream out = System.out;
    System.setOut(System.err); // Fray tells of its progress there
    Path reports = Path.of(arguments[0]);
    long seed = Long.parseLong(arguments[1]);
    int count = Integer.parseInt(arguments[2]);
    int planted = Integer.parseInt(arguments[3]);
    for (int i = 4; i < arguments.length; i++) {
      Class<?> harness = Class.forName(arguments[i], false, ScheduleMain.class.getClassLoader());
      Fault fault = harness.getAnnotation(Subject.class).planted();
      say(
          out,
          harness,
          fault.name(),
          seed,
          new ScheduleSearch(reports, seed, planted),
          Optional.of(fault));
      say(out, harness, "AS-IS", seed, new ScheduleSearch(reports, seed, count), Optional.empty());
    }
    out.flush();
    // Threads of what was broken may still wait for each other.
    Runtime.getRuntime().halt(0);
  }

  private static void say(
      PrintStream out,
      Class<?> harness,
      String what,
      long seed,
      ScheduleSearch search,
      Optional<Fault> fault)
      throws Exception {
    long begun = System.nanoTime();
    ScheduleSearch.Found found = search.search(harness, fault);
    long millis = (System.nanoTime() - begun) / 1_000_000;
    out.printf(
        "%s %s %s %d %d %dms %s%n",
        harness.getName(),
        what,
        found.failure().isPresent() ? "BROKEN" : "HELD",
        found.schedules(),
        seed + found.schedules() - 1,
        millis,
        found.failure().map(ScheduleMain::words).orElse("-"));
    out.flush();
    found.failure().ifPresent(failure -> failure.printStackTrace(System.err));
  }

  private static String words(Throwable failure) {
    Throwable deepest = failure;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return deepest.toString().replace('\n', ' ');
  }
}
