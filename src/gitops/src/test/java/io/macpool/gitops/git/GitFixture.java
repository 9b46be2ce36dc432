package io.macpool.gitops.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A Git repository in a directory of the test's own. */
public record GitFixture(Path root) {

  /** A new repository, on the branch {@code main}. */
  public static GitFixture init(Path root) {
    GitFixture git = new GitFixture(root);
    git.run("init", "--quiet", "--initial-branch=main");
    git.run("config", "user.email", "test@example.com");
    git.run("config", "user.name", "Test");
    git.run("config", "commit.gpgsign", "false");
    return git;
  }

  /** What git printed; it must have succeeded. */
  public String run(String... arguments) {
    List<String> command = new ArrayList<>(List.of("git", "-C", root.toString()));
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(command + ": " + output).isZero();
      return output;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public void commit(String message) {
    run("add", "--all");
    run("commit", "--quiet", "--allow-empty", "--message", message);
  }

  public void write(String file, String text) {
    try {
      Path path = root.resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
