package io.macpool.gitops.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.gitops.check.rule.RunHistory.Ran;
import io.macpool.gitops.tree.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What staging has run is read alike, whatever a person has set in Git. */
class GitRepositoryIT {

  private static final Environment STAGING = new Environment("macstadium-staging", List.of());
  private static final String FILE = "releases/macstadium-staging/worker.yaml";

  @TempDir private Path root;

  private GitFixture git;

  @BeforeEach
  void makeRepository() {
    git = GitFixture.init(root);
    git.run("checkout", "--quiet", "-b", "staging");
    run(1);
  }

  @Test
  void everyDigestOfTheBranchIsKnownAlsoOfReplacedAndDeletedFiles() throws IOException {
    run(2);
    Files.delete(root.resolve(FILE));
    git.commit("Delete");

    assertThat(digests()).containsExactlyInAnyOrder(digest(1), digest(2));
  }

  @Test
  void coloursAndAttributesChangeNothing() {
    git.run("config", "color.ui", "always");
    git.run("config", "diff.noprefix", "true");
    git.write(".gitattributes", "*.yaml -diff\n");
    run(2);

    assertThat(digests()).containsExactlyInAnyOrder(digest(1), digest(2));
  }

  @Test
  void whatAMergeCommitAloneHoldsHasRun() {
    git.run("checkout", "--quiet", "-b", "topic");
    run(2);
    git.run("checkout", "--quiet", "staging");
    run(3);
    git.run("merge", "--quiet", "--no-commit", "--strategy=ours", "topic");
    write(4);
    git.commit("Merge with a content of its own");

    assertThat(digests()).containsExactlyInAnyOrder(digest(1), digest(2), digest(3), digest(4));
  }

  @Test
  void whatABranchHoldsThatWasNeverMergedHasNotRun() {
    git.run("checkout", "--quiet", "-b", "topic");
    run(2);

    assertThat(digests()).containsExactly(digest(1));
  }

  @Test
  void theRemoteBranchCountsNotWhatIsNotPushed(@TempDir Path copy) {
    git.run("clone", "--quiet", root.toString(), copy.toString());
    GitFixture clone = new GitFixture(copy);
    clone.run("config", "user.email", "test@example.com");
    clone.run("config", "user.name", "Test");
    clone.write(FILE, text(2));
    clone.commit("Not pushed");

    assertThat(digests(copy)).containsExactly(digest(1));
  }

  @Test
  void aWordInACommentOrInAnotherFieldIsNoImageThatRan() {
    git.write(FILE, text(1) + "# digest: " + digest(7) + "\n");
    git.commit("Comment");

    assertThat(digests()).containsExactly(digest(1));
  }

  @Test
  void withoutTheBranchTheCommitsThatAreCheckedOutCountAndThatIsSaid() {
    git.run("checkout", "--quiet", "-b", "main");
    git.run("branch", "--quiet", "-D", "staging");

    Ran ran = new GitRepository(root).of(STAGING);
    assertThat(ran).isInstanceOf(Ran.Known.class);
    assertThat(((Ran.Known) ran).digests()).containsExactly(digest(1));
    assertThat(((Ran.Known) ran).doubt().orElseThrow()).contains("no branch staging");
  }

  @Test
  void aShallowCloneDoesNotKnow(@TempDir Path copy) {
    run(2);
    git.run("clone", "--quiet", "--depth=1", "file://" + root, copy.toString());

    assertThat(new GitRepository(copy).of(STAGING))
        .isInstanceOfSatisfying(
            Ran.Unknown.class, unknown -> assertThat(unknown.why()).contains("shallow"));
  }

  @Test
  void outsideARepositoryNothingIsKnown(@TempDir Path elsewhere) {
    assertThat(new GitRepository(elsewhere).of(STAGING)).isInstanceOf(Ran.Unknown.class);
  }

  @Test
  void aCloneOfAnotherUserIsUnknownInGitsWords() throws Exception {
    boolean root = "root".equals(System.getProperty("user.name"));
    assumeTrue(root, "only root can give a directory to another user");
    Process process =
        new ProcessBuilder("chown", "-R", "65534", this.root.toString()).inheritIO().start();
    assertThat(process.waitFor()).isZero();

    assertThat(new GitRepository(this.root).of(STAGING))
        .isInstanceOfSatisfying(
            Ran.Unknown.class, unknown -> assertThat(unknown.why()).contains("ownership"));
  }

  private void run(int image) {
    write(image);
    git.commit("Run image " + image);
  }

  private void write(int image) {
    git.write(FILE, text(image));
  }

  private static String text(int image) {
    return "kind: HelmRelease\nspec:\n  values:\n    image:\n      digest: " + digest(image) + "\n";
  }

  private static String digest(int image) {
    return "sha256:" + String.valueOf(image).repeat(64);
  }

  private Set<String> digests() {
    return digests(root);
  }

  private static Set<String> digests(Path directory) {
    Ran ran = new GitRepository(directory).of(STAGING);
    assertThat(ran).isInstanceOf(Ran.Known.class);
    return ((Ran.Known) ran).digests();
  }
}
