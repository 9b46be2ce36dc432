package io.macpool.gitops.git;

import io.macpool.gitops.check.rule.RunHistory;
import io.macpool.gitops.tree.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The repository that a tree is checked out from.
 *
 * @param directory within its working tree
 */
public record GitRepository(Path directory) implements RunHistory {

  /**
   * Every image digest that a release of the environment has named on the branch that Flux deploys
   * to it: the remote's where one is known, else the local one. A clone without that branch is read
   * from HEAD, and says so.
   */
  @Override
  public Ran of(Environment environment) {
    GitProcess git = new GitProcess(directory);
    try {
      if (git.text("rev-parse", "--is-shallow-repository").strip().equals("true")) {
        return new Ran.Unknown(
            "this clone is shallow, so Git does not know what " + environment.name() + " has run",
            "Run git fetch --unshallow, or clone in full");
      }
      List<String> branches = branches(git, environment.branch());
      Optional<String> doubt =
          branches.isEmpty()
              ? Optional.of(
                  "this clone has no branch "
                      + environment.branch()
                      + ", so what "
                      + environment.name()
                      + " has run is read from the commits that are checked out")
              : Optional.empty();
      List<String> tips = branches.isEmpty() ? List.of("HEAD") : branches;
      return new Ran.Known(
          new DeployedDigests(git).on(tips, "releases/" + environment.name()), doubt);
    } catch (GitException e) {
      return new Ran.Unknown(
          "Git cannot tell what " + environment.name() + " has run: " + e.getMessage(),
          "Run this in a clone that Git lets you read");
    }
  }

  @Override
  public Set<String> rendered(Environment environment, Set<String> digests) {
    GitProcess git = new GitProcess(directory);
    List<String> branches = branches(git, environment.branch());
    List<String> tips = branches.isEmpty() ? List.of("HEAD") : branches;
    return new RenderedDigests(this, git).among(digests, tips, environment.name());
  }

  private static List<String> branches(GitProcess git, String branch) {
    List<String> references =
        git.text("for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes")
            .lines()
            .toList();
    List<String> remote =
        references.stream().filter(name -> name.matches("refs/remotes/[^/]+/" + branch)).toList();
    return remote.isEmpty()
        ? references.stream().filter(name -> name.equals("refs/heads/" + branch)).toList()
        : remote;
  }

  /**
   * Writes {@code charts/} and {@code releases/} as they are at {@code reference} below {@code
   * target}.
   *
   * @throws GitException if there is no such reference, or the tree is not there
   */
  public void export(String reference, Path target) {
    GitProcess git = new GitProcess(directory);
    String commit =
        git.text("rev-parse", "--verify", "--end-of-options", reference + "^{commit}").strip();
    Path archive = target.resolve("tree.tar");
    git.text("archive", "--format=tar", "--output=" + archive, commit, "charts", "releases");
    GitProcess.execute(
        List.of("tar", "-xf", archive.toString(), "-C", target.toString()), new byte[0]);
    try {
      Files.delete(archive);
    } catch (IOException e) {
      throw new GitException("cannot delete " + archive, e);
    }
  }
}
