package io.macpool.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.peer.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last integration test of the last module: says in one line which peers the contract tests of
 * this build ran against, and fails if a required one was not asked for.
 */
class PeersReportIT {

  private static final Logger log = LoggerFactory.getLogger("peers");

  @Test
  void saysWhichPeersWereTestedAndWhichWereNot() throws IOException {
    Set<String> tested = tested();
    log.warn(
        "peers tested: {}; not tested: {}",
        labels(peer -> tested.contains(peer.label())),
        labels(peer -> !tested.contains(peer.label())));
    List<String> required =
        Stream.of(Peer.values()).filter(Peer::isRequired).map(Peer::label).toList();
    assertThat(tested).as("peers tested, of those required").containsAll(required);
  }

  /** Each contract test appended the label of the peer that it found. */
  private static Set<String> tested() throws IOException {
    String file = System.getProperty("peers.report");
    if (file == null || !Files.exists(Path.of(file))) {
      return Set.of();
    }
    Set<String> tested = new TreeSet<>(Files.readAllLines(Path.of(file)));
    Files.delete(Path.of(file));
    return tested;
  }

  private static String labels(Predicate<Peer> which) {
    String labels =
        Stream.of(Peer.values()).filter(which).map(Peer::label).collect(Collectors.joining(", "));
    return labels.isEmpty() ? "none" : labels;
  }
}
