package io.macpool.console.jobs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/** The jobs of which something was told last, bounded by number. Thread-safe. */
public final class JobHistory {

  private final int most;
  private final Map<Long, JobState> jobs = new LinkedHashMap<>();
  private final Map<Long, JobState> unsaved = new LinkedHashMap<>();
  private final BiConsumer<Optional<JobState>, JobState> news;

  /**
   * @param most jobs that are kept: of more, those of which nothing was told for longest go
   * @param news is given what was known of a job, and what is told of it now
   */
  public JobHistory(int most, BiConsumer<Optional<JobState>, JobState> news) {
    this.most = most;
    this.news = news;
  }

  /** Takes in what was told; what is older than what is known changes nothing. */
  public synchronized void hear(JobState told) {
    JobState known = jobs.get(told.id());
    if (known != null && !told.isNewerThan(known)) {
      return;
    }
    put(jobs, told);
    put(unsaved, told);
    news.accept(Optional.ofNullable(known), told);
  }

  private void put(Map<Long, JobState> among, JobState told) {
    among.remove(told.id());
    among.put(told.id(), told);
    if (among.size() > most) {
      among.remove(among.keySet().iterator().next());
    }
  }

  /** Goes on from what was kept by one before; what was told since then counts. */
  public synchronized void resume(List<JobState> kept) {
    Map<Long, JobState> told = new LinkedHashMap<>(jobs);
    jobs.clear();
    kept.forEach(each -> put(jobs, each));
    told.values().forEach(each -> put(jobs, each));
  }

  /** What was told and is not {@link #saved} yet. */
  public synchronized List<JobState> unsaved() {
    return List.copyOf(unsaved.values());
  }

  /** These are kept elsewhere, too. */
  public synchronized void saved(List<JobState> kept) {
    kept.forEach(each -> unsaved.remove(each.id(), each));
  }

  /** How long the jobs of a queue had a Mac that ended last, at most so many. */
  public List<Duration> runTimes(String queue, int count) {
    return latest(
            job ->
                job.queue().equals(Optional.of(queue))
                    && job.received().isPresent()
                    && job.finished().isPresent(),
            count)
        .stream()
        .map(job -> Duration.between(job.received().get(), job.finished().get()))
        .filter(time -> !time.isNegative())
        .toList();
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
                    + job.instance().orElse("")
                    + " "
                    + job.trace().orElse(""))
                .toLowerCase(Locale.ROOT)
                .contains(part);
  }
}
