package io.macpool.sim.amqp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All that was reported of one job, in the order of arrival. A job that was reset, or whose worker
 * died, has several runs: each begins with its own {@code receive}, its own log number 0.
 */
public record JobRecord(long jobId, List<StateUpdate> updates, List<LogPart> parts) {

  public JobRecord {
    updates = List.copyOf(updates);
    parts = List.copyOf(parts);
  }

  /** The last finish, if there was one. */
  public Optional<StateUpdate> finish() {
    return last(updates.stream().filter(StateUpdate::isFinish).toList());
  }

  /** The state of the last finish: {@code passed}, {@code failed}, {@code errored}, … */
  public Optional<String> finalState() {
    return finish().map(StateUpdate::state);
  }

  /** How often the job was given up to be queued anew. */
  public int resets() {
    return (int) updates.stream().filter(StateUpdate::isReset).count();
  }

  /** How many finishes were reported; more than one is a {@link ContractViolation}. */
  public int finishes() {
    return (int) updates.stream().filter(StateUpdate::isFinish).count();
  }

  /**
   * State updates run by run. Two runs may overlap, when a worker that was cut off and another had
   * the job at once: an update belongs to the latest run that it continues by its count.
   */
  public List<List<StateUpdate>> runs() {
    List<List<StateUpdate>> runs = new ArrayList<>();
    for (StateUpdate update : updates) {
      if (runs.isEmpty() || update.isReceive()) {
        runs.add(new ArrayList<>(List.of(update)));
      } else {
        continued(runs, update).orElseGet(() -> runs.get(runs.size() - 1)).add(update);
      }
    }
    return runs;
  }

  private static Optional<List<StateUpdate>> continued(
      List<List<StateUpdate>> runs, StateUpdate update) {
    return last(
        runs.stream()
            .filter(
                run ->
                    last(run)
                        .filter(before -> !before.ends() && before.count() + 1 == update.count())
                        .isPresent())
            .toList());
  }

  /** Log parts run by run: a new run begins with number 0. */
  public List<List<LogPart>> logRuns() {
    List<List<LogPart>> runs = new ArrayList<>();
    for (LogPart part : parts) {
      if (runs.isEmpty() || part.number() == 0) {
        runs.add(new ArrayList<>());
      }
      runs.get(runs.size() - 1).add(part);
    }
    return runs;
  }

  /** The last run's log, put together by number. */
  public String log() {
    List<List<LogPart>> runs = logRuns();
    if (runs.isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    runs.get(runs.size() - 1).stream()
        .sorted((a, b) -> Long.compare(a.number(), b.number()))
        .forEach(part -> text.append(part.content()));
    return text.toString();
  }

  /** Whether the last run's log has come to its final part. */
  public boolean logEnded() {
    List<List<LogPart>> runs = logRuns();
    return !runs.isEmpty() && runs.get(runs.size() - 1).stream().anyMatch(LogPart::last);
  }

  /** What the contract forbids and these messages do; empty for a job that was reported well. */
  public List<ContractViolation> flaws() {
    return ContractChecker.of(this);
  }

  private static <T> Optional<T> last(List<T> list) {
    return list.isEmpty() ? Optional.empty() : Optional.of(list.get(list.size() - 1));
  }
}
