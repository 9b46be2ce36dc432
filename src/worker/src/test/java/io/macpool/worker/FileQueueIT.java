package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.macpool.service.setting.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A worker with no AMQP at all. */
@Execution(ExecutionMode.CONCURRENT)
class FileQueueIT {

  @RegisterExtension final Stage stage = new Stage();

  @TempDir Path directory;

  @Test
  void runsTheJobsOfADirectory() throws IOException {
    Files.createDirectories(directory.resolve("mac/10-created.d"));
    put("a.json", Stage.payload(11, "echo from a file").toString());
    put("b.json", Stage.payload(12, "false").toString());
    put("c.json", "not a job");
    worker();
    await().atMost(Stage.PATIENCE).until(() -> exists("70-finished.d/b.json"));
    await().atMost(Stage.PATIENCE).until(() -> exists("70-finished.d/a.json"));
    await().until(() -> exists("90-rejected.d/c.json"));
    assertThat(read("70-finished.d/a.state")).isEqualTo("passed\n");
    assertThat(read("70-finished.d/b.state")).isEqualTo("failed\n");
    assertThat(read("log/11.log")).contains("from a file");
  }

  @Test
  void aFileThatIsStillWrittenIsRunWhenItIsWhole() throws IOException {
    Files.createDirectories(directory.resolve("mac/10-created.d"));
    String whole = Stage.payload(15, "echo the second half").toString();
    try (LogLines lines = LogLines.ofAll("io.macpool.worker.file.UnfinishedFiles")) {
      put("a.json", whole.substring(0, whole.length() / 2));
      worker();
      await()
          .atMost(Stage.PATIENCE)
          .until(lines::seen, seen -> seen.stream().anyMatch(l -> l.startsWith("a.json ends")));
    }
    put("a.json", whole);
    await().atMost(Stage.PATIENCE).until(() -> exists("70-finished.d/a.state"));
    assertThat(read("70-finished.d/a.state")).isEqualTo("passed\n");
    assertThat(exists("90-rejected.d/a.json")).isFalse();
  }

  /** Reports go by a job's id: of two at once, one would end for the other. */
  @Test
  void twoFilesOfTheSameJobAreRunOneAfterTheOther() throws IOException {
    Path go = directory.resolve("go");
    Path runs = directory.resolve("runs");
    Files.createDirectories(directory.resolve("mac/10-created.d"));
    put(
        "a.json",
        Stage.payload(16, "echo a >> " + runs, "while [ ! -e " + go + " ]; do sleep 0.05; done")
            .toString());
    worker("POOL_SIZE", "2");
    await().atMost(Stage.PATIENCE).until(() -> exists("50-started.d/a.json"));
    put("b.json", Stage.payload(16, "echo b >> " + runs, "false").toString());
    put("c.json", Stage.payload(17, "echo c >> " + runs).toString());
    await().atMost(Stage.PATIENCE).until(() -> exists("70-finished.d/c.json"));
    assertThat(exists("10-created.d/b.json")).isTrue();
    Files.createFile(go);
    await().atMost(Stage.PATIENCE).until(() -> exists("70-finished.d/b.json"));
    assertThat(read("70-finished.d/a.state")).isEqualTo("passed\n");
    assertThat(read("70-finished.d/b.state")).isEqualTo("failed\n");
    assertThat(Files.readAllLines(runs)).containsExactly("a", "c", "b");
  }

  @Test
  void aJobOfAWorkerThatDiedIsBegunAgain() throws IOException {
    Files.createDirectories(directory.resolve("mac/50-started.d"));
    Files.writeString(
        directory.resolve("mac/50-started.d/a.json"), Stage.payload(13, "true").toString());
    worker();
    await().atMost(Stage.PATIENCE).until(() -> exists("70-finished.d/a.state"));
  }

  @Test
  void aStopPutsTheJobBack() throws IOException {
    Files.createDirectories(directory.resolve("mac/10-created.d"));
    put("a.json", Stage.payload(14, "echo begun", "sleep 60").toString());
    Worker worker = worker();
    await().atMost(Stage.PATIENCE).until(() -> exists("50-started.d/a.json"));
    worker.close();
    assertThat(exists("10-created.d/a.json")).isTrue();
  }

  @Test
  void aSecondWorkerIsKeptOut() {
    worker();
    assertThatThrownBy(this::worker)
        .isInstanceOfAny(SettingsException.class, IllegalArgumentException.class)
        .hasMessageContaining("another worker uses it");
  }

  private Worker worker(String... more) {
    List<String> settings = new ArrayList<>(List.of(more));
    settings.addAll(
        List.of(
            "QUEUE_TYPE",
            "file",
            "QUEUE_NAME",
            "mac",
            "BASE_DIR",
            directory.toString(),
            "FILE_POLLING_INTERVAL",
            "100ms"));
    return stage.worker(settings.toArray(String[]::new));
  }

  private void put(String name, String content) throws IOException {
    Files.writeString(directory.resolve("mac/10-created.d").resolve(name), content);
  }

  private boolean exists(String file) {
    return Files.exists(directory.resolve("mac").resolve(file));
  }

  private String read(String file) throws IOException {
    return Files.readString(directory.resolve("mac").resolve(file));
  }
}
