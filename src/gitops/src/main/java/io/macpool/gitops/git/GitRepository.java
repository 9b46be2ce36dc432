package io.macpool.gitops.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The repository that a tree is checked out from.
 *
 * @param directory within its working tree
 */
public record GitRepository(Path directory) {

  private static final long SECONDS = 60;
  private static final Pattern DIGEST =
      Pattern.compile("^\\+\\s*digest:\\s*[\"']?(sha256:[0-9a-f]{64})");

  /**
   * Every image digest that a file of the environment has ever named, on any branch known here.
   * Empty when Git cannot tell: no repository, or a shallow clone, whose history begins too late.
   */
  public Optional<Set<String>> digestsEverIn(String environment) {
    try {
      if (!run("rev-parse", "--is-shallow-repository").strip().equals("false")) {
        return Optional.empty();
      }
      String log =
          run(
              "log",
              "--all",
              "--format=",
              "--unified=0",
              "--patch",
              "-G",
              "sha256:",
              "--",
              "releases/" + environment);
      Set<String> digests = new HashSet<>();
      log.lines()
          .map(DIGEST::matcher)
          .filter(Matcher::find)
          .forEach(matcher -> digests.add(matcher.group(1)));
      return Optional.of(digests);
    } catch (GitException e) {
      return Optional.empty();
    }
  }

  /**
   * Writes {@code charts/} and {@code releases/} as they are at {@code reference} below {@code
   * target}.
   *
   * @throws GitException if there is no such reference, or the tree is not there
   */
  public void export(String reference, Path target) {
    String commit =
        run("rev-parse", "--verify", "--end-of-options", reference + "^{commit}").strip();
    Path archive = target.resolve("tree.tar");
    run("archive", "--format=tar", "--output=" + archive, commit, "charts", "releases");
    execute(List.of("tar", "-xf", archive.toString(), "-C", target.toString()));
    try {
      Files.delete(archive);
    } catch (IOException e) {
      throw new GitException("cannot delete " + archive, e);
    }
  }

  private String run(String... arguments) {
    List<String> command = new ArrayList<>(List.of("git", "-C", directory.toString()));
    command.addAll(List.of(arguments));
    return execute(command);
  }

  private static String execute(List<String> command) {
    try {
      // Files, not pipes: to read a pipe is to wait without a deadline.
      Path output = Files.createTempFile("git", ".out");
      Path errors = Files.createTempFile("git", ".err");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        process.getOutputStream().close();
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new GitException(String.join(" ", command) + " took over " + SECONDS + " s");
        }
        if (process.exitValue() != 0) {
          String words = Files.readString(errors).strip();
          throw new GitException(String.join(" ", command) + " failed: " + words);
        }
        return Files.readString(output);
      } finally {
        Files.deleteIfExists(output);
        Files.deleteIfExists(errors);
      }
    } catch (IOException e) {
      throw new GitException("cannot run " + command.get(0) + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GitException("interrupted while waiting for " + command.get(0), e);
    }
  }
}
