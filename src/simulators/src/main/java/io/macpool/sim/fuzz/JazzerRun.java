package io.macpool.sim.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Jazzer in a process of its own, on this process's class path and over the same corpus: it sees
 * which inputs come further in our code, and goes on from those. What it learns is kept in {@code
 * target}; what breaks the target stays there as {@code crash-…}.
 */
final class JazzerRun {

  private static final int FOUND = 77;
  private static final int SEARCH = 500_000;

  private JazzerRun() {}

  /**
   * Plays so many inputs and shows what Jazzer says; first, that it finds a planted fault, since an
   * agent that is not attached sees nothing and says nothing.
   *
   * @param longest an input's most bytes
   * @throws AssertionError if one of them broke the target
   */
  static void run(Class<?> target, Corpus corpus, int longest, long runs) {
    Path found = Path.of("target", "fuzz");
    Path learnt = found.resolve(corpus.folder().getFileName() + "-learnt");
    try {
      Files.createDirectories(learnt);
      Path planted = Files.createTempDirectory("planted");
      if (start(PlantedFault.class, planted, 100, SEARCH, List.of(planted)) != FOUND) {
        throw new AssertionError("Jazzer does not find a planted fault: is its agent attached?");
      }
      List<Path> inputs = List.of(learnt, corpus.folder());
      int status = start(target, found, longest, runs, inputs, corpus.dictionary());
      if (status != 0) {
        throw new AssertionError(
            "Jazzer ended with %d: its input is target/fuzz/crash-…".formatted(status));
      }
    } catch (IOException e) {
      throw new AssertionError("Jazzer can't be started", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static int start(
      Class<?> target, Path found, int longest, long runs, List<Path> inputs, Path... dictionary)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx1g");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("com.code_intelligence.jazzer.Jazzer");
    command.add("--target_class=" + JazzerTarget.class.getName());
    command.add("--target_args=" + target.getName());
    // Its own sanitizers forbid what some targets do for a living: files, sockets, reflection.
    command.add("--disabled_hooks=com.code_intelligence.jazzer.sanitizers.*");
    command.add("--instrumentation_includes=io.macpool.**");
    command.add("--reproducer_path=" + found);
    command.add("-artifact_prefix=" + found + "/");
    command.add("-runs=" + runs);
    command.add("-max_len=" + longest);
    command.add("-timeout=20");
    command.add("-rss_limit_mb=3000");
    for (Path words : dictionary) {
      command.add("-dict=" + words);
    }
    inputs.forEach(folder -> command.add(folder.toString()));
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  /** By chance, one input of 2^64 shows it; who sees what is compared finds it at once. */
  static final class PlantedFault implements FuzzTarget {

    @Override
    public void play(byte[] input) {
      if (new String(input, ISO_8859_1).startsWith("mac<po>\u0007")) {
        throw new IllegalStateException("the planted fault");
      }
    }
  }
}
