package io.macpool.cli.gitlab;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.macpool.broker.BrokerJson;
import io.macpool.cli.screen.PoolException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One try at a GitLab job, as GitLab Runner tells its stages: by environment variables and by a
 * directory that all stages of a try share, and only they.
 */
final class GitLabJob {

  /** Holds {@link GitLabSettings} as JSON. */
  static final String SETTINGS = "MACPOOL_GITLAB";

  /** The try's Mac: what {@code prepare} leaves for the later stages. */
  record Mac(String id, List<String> addresses) {}

  private final Map<String, String> environment;

  GitLabJob(Map<String, String> environment) {
    this.environment = environment;
  }

  static GitLabJob current() {
    return new GitLabJob(System.getenv());
  }

  /** The exit status that says: the job's script is at fault. */
  int buildFailure() {
    return number("BUILD_FAILURE_EXIT_CODE", 1);
  }

  /** The exit status that says: it is not the job's fault. */
  int systemFailure() {
    return number("SYSTEM_FAILURE_EXIT_CODE", 2);
  }

  private int number(String name, int otherwise) {
    String text = environment.getOrDefault(name, "").strip();
    return text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : otherwise;
  }

  /**
   * The job's id, for people: the Runner's own file is asked first, for a job can set the variable.
   */
  String id() {
    String id = responseFile().orElse(environment.getOrDefault("CUSTOM_ENV_CI_JOB_ID", ""));
    return id.matches("[0-9]{1,20}") ? id : "unknown";
  }

  private Optional<String> responseFile() {
    String file = environment.getOrDefault("JOB_RESPONSE_FILE", "");
    if (file.isBlank()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          BrokerJson.mapper().readTree(Path.of(file).toFile()).path("id").asText(""));
    } catch (IOException e) {
      return Optional.empty(); // an older Runner, or another format: the variable has to do
    }
  }

  /** The image that the job names; may be empty. */
  String image() {
    return environment.getOrDefault("CUSTOM_ENV_CI_JOB_IMAGE", "").strip();
  }

  /** What {@code config} decided; empty if it did not run, or failed. */
  Optional<GitLabSettings> settings() {
    String text = environment.getOrDefault(SETTINGS, "");
    if (text.isBlank()) {
      return Optional.empty();
    }
    try {
      return Optional.of(BrokerJson.mapper().readValue(text, GitLabSettings.class));
    } catch (JsonProcessingException e) {
      throw new PoolException(SETTINGS + " is not what the stage config wrote");
    }
  }

  /** The same, for stages that can do nothing without. */
  GitLabSettings neededSettings() {
    return settings()
        .orElseThrow(
            () ->
                new PoolException(
                    "the stage config did not run: set config_exec and config_args in"
                        + " [runners.custom]"));
  }

  /** Leaves the Mac for the later stages: in one step, for a signal may have it read at once. */
  void remember(Mac mac) throws IOException {
    Path draft = file("macpool-mac.json.draft");
    BrokerJson.mapper().writeValue(draft.toFile(), mac);
    Files.move(draft, file("macpool-mac.json"), StandardCopyOption.ATOMIC_MOVE);
  }

  /** The Mac that {@code prepare} left; empty if there is none. */
  Optional<Mac> mac() throws IOException {
    Path file = file("macpool-mac.json");
    return Files.exists(file)
        ? Optional.of(BrokerJson.mapper().readValue(file.toFile(), Mac.class))
        : Optional.empty();
  }

  /** Keeps the Mac's host key from one stage to the next. */
  Path knownHosts() {
    return file("macpool-known-hosts");
  }

  private Path file(String name) {
    return Path.of(environment.getOrDefault("TMPDIR", "."), name).toAbsolutePath();
  }

  /** One file serves all run stages: a former one's status must not count again. */
  void forgetStatus() throws IOException {
    if (exitCodeFile().isPresent()) {
      Files.deleteIfExists(exitCodeFile().get());
    }
  }

  /** Tells the Runner the script's own exit status. */
  void tellStatus(int status) throws IOException {
    if (exitCodeFile().isPresent()) {
      Files.writeString(exitCodeFile().get(), status + "\n");
    }
  }

  private Optional<Path> exitCodeFile() {
    return Optional.ofNullable(environment.get("BUILD_EXIT_CODE_FILE"))
        .filter(name -> !name.isBlank())
        .map(Path::of);
  }
}
