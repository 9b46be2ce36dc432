package io.macpool.sim.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Plays inputs against a target: first those of its corpus, then such as are made of them. An input
 * must have its end within a time and, if a bound is given, without more than so much memory.
 *
 * <p>By hand, {@code -Dfuzz.inputs=1000000} plays more, {@code -Dfuzz.seed=N} others, {@code
 * -Dfuzz.replay=FILE} one again, and {@code -Dfuzz.jazzer=RUNS} lets Jazzer look for them.
 */
public final class Fuzzing {

  private static final long SEED = Long.getLong("fuzz.seed", 17);
  private static final int SHOWN = 600;
  private static final int LOADING = 6;

  private final String name;
  private final Corpus corpus;
  private final Duration limit;
  private final long allocation;
  private final int longest;
  private final boolean json;

  private Fuzzing(
      String name, Corpus corpus, Duration limit, long allocation, int longest, boolean json) {
    this.name = name;
    this.corpus = corpus;
    this.limit = limit;
    this.allocation = allocation;
    this.longest = longest;
    this.json = json;
  }

  /** With the corpus {@code src/test/resources/fuzz/NAME} and the words {@code NAME.dict}. */
  public static Fuzzing of(String name) {
    return new Fuzzing(
        name, Corpus.of(name), Duration.ofSeconds(5), Long.MAX_VALUE, 16 * 1024, false);
  }

  /** The same where an input may take so long. */
  public Fuzzing within(Duration other) {
    return new Fuzzing(name, corpus, other, allocation, longest, json);
  }

  /** The same where an input may use so many bytes of memory in the thread that plays it. */
  public Fuzzing allocating(long bytes) {
    return new Fuzzing(name, corpus, limit, bytes, longest, json);
  }

  /** The same where an input may be so long. */
  public Fuzzing upTo(int bytes) {
    return new Fuzzing(name, corpus, limit, allocation, bytes, json);
  }

  /** The same where a peer sends nothing but JSON: values change, and seldom the bytes. */
  public Fuzzing ofJson() {
    return new Fuzzing(name, corpus, limit, allocation, longest, true);
  }

  /**
   * Plays so many inputs, or as many as the command line wants.
   *
   * @throws AssertionError with the input, if one does what none may
   */
  public void run(int inputs, FuzzTarget target) {
    @Nullable String replayed = System.getProperty("fuzz.replay");
    @Nullable String jazzer = System.getProperty("fuzz.jazzer");
    if (replayed != null) {
      Path file = Path.of(replayed);
      check(play(target, number -> number == 0 ? Optional.of(read(file)) : Optional.empty()));
    } else if (jazzer != null) {
      JazzerRun.run(target.getClass(), corpus, longest, Long.parseLong(jazzer));
    } else {
      check(search(Integer.getInteger("fuzz.inputs", inputs), target));
    }
  }

  /**
   * The other way round: fails unless one of so many inputs shows a fault that was planted. Who
   * finds nothing in a million inputs might not look.
   */
  public void mustFind(int inputs, FuzzTarget planted) {
    if (search(inputs, planted).isEmpty()) {
      throw new AssertionError(
          "%d inputs of %s did not show the planted fault".formatted(inputs, name));
    }
  }

  private Optional<Found> search(int inputs, FuzzTarget target) {
    Mutations mutations = new Mutations(corpus, longest, json);
    int known = corpus.inputs().size();
    return play(
        target,
        number -> {
          if (number < known) {
            return Optional.of(corpus.inputs().get((int) number));
          }
          return number < known + inputs
              ? Optional.of(mutations.input(SEED, number))
              : Optional.empty();
        });
  }

  private Optional<Found> play(FuzzTarget target, Inputs inputs) {
    Player player = new Player(target, inputs);
    player.setDaemon(true);
    player.start();
    try {
      while (player.isAlive()) {
        player.join(100);
        Optional<Found> hangs = player.hangs();
        if (hangs.isPresent()) {
          player.interrupt();
          return hangs;
        }
      }
    } catch (InterruptedException e) {
      player.interrupt();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    return Optional.ofNullable(player.found);
  }

  private void check(Optional<Found> found) {
    found.ifPresent(
        one -> {
          Path file = Path.of("target", "fuzz", name + "-" + one.number);
          try {
            Files.createDirectories(file.getParent());
            Files.write(file, one.input);
          } catch (IOException e) {
            one.failure.addSuppressed(e);
          }
          String text = new String(one.input, StandardCharsets.ISO_8859_1);
          throw new AssertionError(
              "%s, seed %d, input %d (again: -Dfuzz.replay=%s): %s"
                  .formatted(
                      name,
                      SEED,
                      one.number,
                      file.toAbsolutePath(),
                      text.substring(0, Math.min(SHOWN, text.length()))),
              one.failure);
        });
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Inputs by their number, from 0; none after the last. */
  @FunctionalInterface
  private interface Inputs {
    Optional<byte[]> get(long number);
  }

  private static final class Found {
    private final long number;
    private final byte[] input;
    private final Throwable failure;

    Found(long number, byte[] input, Throwable failure) {
      this.number = number;
      this.input = input;
      this.failure = failure;
    }
  }

  /** Plays one after the other, so that what hangs can be looked at from outside, and left. */
  private final class Player extends Thread {

    private final FuzzTarget target;
    private final Inputs inputs;
    private volatile @Nullable Found found;
    private volatile @Nullable Found playing;
    private volatile long since;

    Player(FuzzTarget target, Inputs inputs) {
      super("fuzz-" + name);
      this.target = target;
      this.inputs = inputs;
    }

    @Override
    public void run() {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      int known = corpus.inputs().size();
      long number = 0;
      for (Optional<byte[]> next = inputs.get(0); next.isPresent(); next = inputs.get(number)) {
        byte[] input = next.get();
        since = System.nanoTime();
        playing = new Found(number, input, new AssertionError("it does not end"));
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
          target.play(input);
          long used = threads.getCurrentThreadAllocatedBytes() - before;
          // The corpus is what loads classes and fills caches.
          if (number >= known && used > allocation) {
            throw new AssertionError("it used %,d bytes".formatted(used));
          }
        } catch (Throwable e) { // an OutOfMemoryError is what is looked for, too
          found = new Found(number, input, e);
          return;
        }
        playing = null;
        number++;
      }
    }

    Optional<Found> hangs() {
      Found current = playing;
      if (!isAlive() || current == null) {
        return Optional.empty();
      }
      // The corpus is what loads classes.
      long most = limit.toNanos() * (current.number < corpus.inputs().size() ? LOADING : 1);
      if (System.nanoTime() - since < most) {
        return Optional.empty();
      }
      String stack =
          Stream.of(getStackTrace()).map(line -> "\n  at " + line).collect(Collectors.joining());
      return Optional.of(
          new Found(
              current.number,
              current.input,
              new AssertionError("after %s it has no end:%s".formatted(limit, stack))));
    }
  }
}
