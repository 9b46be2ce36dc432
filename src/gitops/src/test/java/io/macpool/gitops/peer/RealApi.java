package io.macpool.gitops.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.sim.peer.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A real API server by the real kubectl, asked what it would take. */
final class RealApi {

  private static final long LIMIT_SECONDS = 120;

  private final String kubectl;
  private final String kubeconfig;
  private final Path directory;

  private RealApi(String kubectl, String kubeconfig, Path directory) {
    this.kubectl = kubectl;
    this.kubeconfig = kubeconfig;
    this.directory = directory;
  }

  /** Skips the test if this machine has none. */
  static RealApi join(Path directory) {
    Optional<String> kubectl = Peer.KUBECTL.location();
    Optional<String> kubeconfig = Peer.KUBERNETES.location();
    assumeTrue(
        kubectl.isPresent() && kubeconfig.isPresent(),
        "peers kubernetes and kubectl are not here: what the API takes is not asked");
    return new RealApi(kubectl.get(), kubeconfig.get(), directory);
  }

  /** What it said, and whether it agreed. */
  record Answer(boolean taken, String text) {}

  /** Whether the API would take the objects, by its types, its validation and its CEL rules. */
  Answer wouldTake(String manifest) throws Exception {
    return run(
        manifest, "apply", "--server-side", "--force-conflicts", "--dry-run=server", "-f", "-");
  }

  /** Applies for good; it must succeed. */
  void apply(String manifest) throws Exception {
    must(run(manifest, "apply", "--server-side", "--force-conflicts", "-f", "-"));
  }

  void must(Answer answer) {
    assertThat(answer.taken()).as(answer.text()).isTrue();
  }

  Answer run(String input, String... arguments) throws Exception {
    Path in = Files.writeString(directory.resolve("in"), input);
    Path out = directory.resolve("out");
    List<String> command = new ArrayList<>(List.of(kubectl, "--kubeconfig", kubeconfig));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectInput(in.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("did not end: " + command);
    }
    return new Answer(process.exitValue() == 0, Files.readString(out));
  }
}
