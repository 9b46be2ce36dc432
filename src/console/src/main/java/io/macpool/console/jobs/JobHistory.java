package io.macpool.console.jobs;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The jobs of which something was told last, bounded by number. Thread-safe. */
public final class JobHistory {

  private final int most;
  private final Map<Long, JobState> jobs = new LinkedHashMap<>();

  /**
   * @param most jobs that are kept: of more, those of which nothing was told for longest go
   */
  public JobHistory(int most) {
    this.most = most;
  }

  /** Takes in what was told; what is older than what is known changes nothing. */
  public synchronized void hear(JobState told) {
    JobState known = jobs.get(told.id());
    if (known != null && !told.isNewerThan(known)) {
      return;
    }
    jobs.remove(told.id());
    jobs.put(told.id(), told);
    if (jobs.size() > most) {
      jobs.remove(jobs.keySet().iterator().next());
    }
  }

  public synchronized Optional<JobState> find(long id) {
    return Optional.ofNullable(jobs.get(id));
  }

  public synchronized int size() {
    return jobs.size();
  }

  /** Those that match, at most so many, the one heard of last first. */
  public synchronized List<JobState> latest(Predicate<JobState> matches, int count) {
    List<JobState> all = new ArrayList<>(jobs.values());
    Collections.reverse(all);
    return all.stream().filter(matches).limit(count).toList();
  }

  /**
   * Jobs in a state, of which a text is part of id, repository, worker or instance.
   *
   * @param state empty: any
   * @param text in whatever case; empty: any
   */
  public static Predicate<JobState> matching(String state, String text) {
    String part = text.strip().toLowerCase(Locale.ROOT);
    return job ->
        (state.isEmpty() || job.state().equals(state))
            && (job.id()
                    + " "
                    + job.repository()
                    + " "
                    + job.worker()
                    + " "
                    + job.instance().orElse(""))
                .toLowerCase(Locale.ROOT)
                .contains(part);
  }
}
