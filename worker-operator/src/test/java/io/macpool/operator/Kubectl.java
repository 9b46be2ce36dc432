package io.macpool.operator;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.sim.peer.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The real program, as a person at a terminal uses it. */
final class Kubectl {

  private static final long LIMIT_SECONDS = 60;

  private final String program;
  private final Path kubeconfig;
  private final String namespace;

  private Kubectl(String program, Path kubeconfig, String namespace) {
    this.program = program;
    this.kubeconfig = kubeconfig;
    this.namespace = namespace;
  }

  /** Skips the test if there is none on this machine. */
  static Kubectl of(TestCluster cluster) {
    Optional<String> program = Peer.KUBECTL.location();
    assumeTrue(program.isPresent(), "peer kubectl is not here: what people do is not tested");
    return new Kubectl(program.get(), cluster.directKubeconfig(), cluster.namespace());
  }

  /** What it printed, on either stream, and how it ended. */
  record Result(int status, String text) {}

  Result run(String... arguments) throws IOException, InterruptedException {
    return given("", arguments);
  }

  /** With {@code input} for what it reads by {@code -f -}. */
  Result given(String input, String... arguments) throws IOException, InterruptedException {
    Path in = Files.createTempFile("kubectl", ".in");
    Path out = Files.createTempFile("kubectl", ".out");
    try {
      Files.writeString(in, input);
      List<String> command = new ArrayList<>(List.of(program));
      command.addAll(List.of("--kubeconfig", kubeconfig.toString(), "--namespace", namespace));
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
      return new Result(process.exitValue(), Files.readString(out));
    } finally {
      Files.delete(in);
      Files.delete(out);
    }
  }
}
