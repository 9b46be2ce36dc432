package io.macpool.interleavings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.sim.peer.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs every {@link Harness} in a process of its own under Fray. Each must find its planted fault,
 * or nothing that it says of the class as it is counts.
 *
 * <p>{@code -Dinterleavings.count=N} tries N schedules, {@code -Dinterleavings.seed=N} begins with
 * that seed, {@code -Dinterleavings.only=NAME} runs one harness.
 */
class InterleavingsIT {

  private static final int COUNT = Integer.getInteger("interleavings.count", 100);
  private static final long SEED = Long.getLong("interleavings.seed", 1);
  private static final String ONLY = System.getProperty("interleavings.only", "");

  /** A planted fault is looked for this often at most. */
  private static final int PLANTED = 3_000;

  private static final int MINUTES = 10 + COUNT / 20;
  private static final String SUFFIX = "Interleavings";

  private @TempDir Path directory;

  @TestFactory
  Stream<DynamicTest> everyHarnessHoldsAndFindsItsPlantedFault() throws Exception {
    Optional<String> fray = Peer.FRAY.location();
    assumeTrue(fray.isPresent(), "Fray is not here: schedules are NOT searched");
    List<String> harnesses = harnesses();
    assertThat(harnesses).as("harnesses").isNotEmpty();
    List<String> said = search(Path.of(fray.get()), harnesses);
    return harnesses.stream()
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name.substring(name.lastIndexOf('.') + 1),
                    () -> {
                      List<String> own =
                          said.stream().filter(line -> line.startsWith(name + " ")).toList();
                      assertThat(own).as("a line of each search").hasSize(2);
                      assertThat(own.get(0)).as("the planted fault is found").contains(" BROKEN ");
                      assertThat(own.get(1)).as("the class as it is").contains(" AS-IS HELD ");
                    }));
  }

  private static List<String> harnesses() throws IOException {
    Path root = Path.of("target/test-classes");
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .map(file -> root.relativize(file).toString().replace('/', '.'))
          .filter(name -> name.endsWith(SUFFIX + ".class"))
          .map(name -> name.substring(0, name.length() - ".class".length()))
          .filter(name -> ONLY.isEmpty() || name.endsWith("." + ONLY))
          .sorted()
          .toList();
    }
  }

  private List<String> search(Path fray, List<String> harnesses) throws Exception {
    Path out = directory.resolve("out");
    List<String> command =
        new ArrayList<>(
            List.of(
                fray.resolve("java/bin/java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx1g",
                "-javaagent:" + fray.resolve("agent.jar"),
                "-agentpath:" + fray.resolve("libjvmti.so"),
                "-Dlogback.configurationFile=silent.xml",
                "-cp",
                System.getProperty("java.class.path"),
                ScheduleMain.class.getName(),
                directory.toString(),
                Long.toString(SEED),
                Integer.toString(COUNT),
                Integer.toString(PLANTED)));
    command.addAll(harnesses);
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(directory.resolve("err").toFile())
            .start();
    try {
      assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).as("ended in time").isTrue();
    } finally {
      process.destroyForcibly();
    }
    List<String> said = Files.readAllLines(out);
    said.forEach(System.out::println);
    return said;
  }
}
