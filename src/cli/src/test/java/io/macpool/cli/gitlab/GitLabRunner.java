package io.macpool.cli.gitlab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * GitLab Runner's part: calls the stages of a custom executor as it does, each in a process and a
 * process group of its own, and judges by exit statuses alone.
 */
final class GitLabRunner {

  /** What GitLab shows of a job. */
  enum Verdict {
    SUCCESS,
    BUILD_FAILURE,
    SYSTEM_FAILURE
  }

  /**
   * A job.
   *
   * @param scripts by sub-stage, in order; those named after_… run also after a failure
   */
  record Job(long id, String image, Map<String, String> scripts) {}

  /**
   * How it ended.
   *
   * @param exitCode what GitLab shows of a build failure, else the stage's own
   */
  record Result(Verdict verdict, int exitCode) {}

  private static final int BUILD_FAILURE = 11;
  private static final int SYSTEM_FAILURE = 12;
  private static final long PATIENCE_SECONDS = 60;

  /** The Runner, or its machine, dies. */
  static final class Died extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final Map<String, String> settings;
  private final List<String> executable;
  private final Map<String, String> environment;
  private final Path directory;
  private final Path log;
  private final List<String> called = new ArrayList<>();
  private boolean parent;
  private BiConsumer<String, Process> watcher = (stage, process) -> {};

  /**
   * @param page Markdown that has a config.toml
   * @param executable stands for the program that the page names
   * @param environment the Runner's own, beside what it needs
   */
  GitLabRunner(
      String page, List<String> executable, Map<String, String> environment, Path directory) {
    this.settings = custom(page);
    this.executable = executable;
    this.environment = environment;
    this.directory = directory;
    this.log = directory.resolve("log");
  }

  /** Keys and values of {@code [runners.custom]}, as they are written. */
  private static Map<String, String> custom(String page) {
    Matcher block = Pattern.compile("(?s)```toml\\n(.*?)```").matcher(page);
    if (!block.find()) {
      throw new IllegalArgumentException("the page has no config.toml");
    }
    Map<String, String> found = new HashMap<>();
    String text = block.group(1);
    for (String line : text.substring(text.indexOf("[runners.custom]")).lines().skip(1).toList()) {
      String[] parts = line.split("=", 2);
      if (parts.length == 2) {
        found.put(parts[0].strip(), parts[1].strip());
      }
    }
    return found;
  }

  /** Is called when a stage has begun; it may kill it. */
  void watch(BiConsumer<String, Process> begun) {
    watcher = begun;
  }

  /** From now on each stage's parent is a process of its own, which stands for the Runner. */
  void underAParent() {
    parent = true;
  }

  /** The stages that were called, in order. */
  List<String> called() {
    return called;
  }

  /** What GitLab shows. */
  String log() throws IOException {
    return new String(Files.readAllBytes(log), StandardCharsets.ISO_8859_1);
  }

  /** One try: the Runner makes up to three where a system failure comes before the first script. */
  Result run(Job job) throws IOException, InterruptedException {
    Path temporary = Files.createDirectory(directory.resolve("try"));
    Map<String, String> stages = new HashMap<>(variables(job, temporary));
    int prepared = prepare(stages, temporary);
    Result result =
        prepared == 0 ? scripts(job, stages, temporary) : new Result(verdict(prepared), prepared);
    call("cleanup", List.of(), stages, temporary, directory.resolve("cleanup-log"));
    deleteAll(temporary);
    return result;
  }

  private int prepare(Map<String, String> stages, Path temporary)
      throws IOException, InterruptedException {
    Path answer = temporary.resolve("answer");
    int status = call("config", List.of(), stages, temporary, answer);
    if (status != 0) {
      return status;
    }
    if (Files.size(answer) > 0) {
      JsonNode told = new ObjectMapper().readTree(answer.toFile());
      told.path("job_env").properties().forEach(e -> stages.put(e.getKey(), e.getValue().asText()));
    }
    return call("prepare", List.of(), stages, temporary, log);
  }

  private Result scripts(Job job, Map<String, String> stages, Path temporary)
      throws IOException, InterruptedException {
    Result result = new Result(Verdict.SUCCESS, 0);
    for (Map.Entry<String, String> each : job.scripts().entrySet()) {
      if (result.verdict() != Verdict.SUCCESS && !each.getKey().startsWith("after_")) {
        continue;
      }
      Path script = Files.createTempDirectory(temporary, "script").resolve("script");
      Files.writeString(script, each.getValue(), StandardCharsets.ISO_8859_1);
      int status = call("run", List.of(script.toString(), each.getKey()), stages, temporary, log);
      if (status != 0 && result.verdict() == Verdict.SUCCESS) {
        result = new Result(verdict(status), exitCode(status, temporary));
      }
    }
    return result;
  }

  private static int exitCode(int status, Path temporary) throws IOException {
    Path file = temporary.resolve("build_exit_code");
    return status == BUILD_FAILURE && Files.exists(file)
        ? Integer.parseInt(Files.readAllLines(file).get(0))
        : status;
  }

  private static Verdict verdict(int status) {
    return status == BUILD_FAILURE ? Verdict.BUILD_FAILURE : Verdict.SYSTEM_FAILURE;
  }

  private Map<String, String> variables(Job job, Path temporary) throws IOException {
    Path response = temporary.resolve("response.json");
    Files.writeString(response, "{\"id\":" + job.id() + ",\"token\":\"secret\"}");
    Map<String, String> variables = new HashMap<>(environment);
    variables.put("PATH", System.getenv("PATH"));
    variables.put("HOME", directory.toString());
    variables.put("TMPDIR", temporary.toString());
    variables.put("BUILD_FAILURE_EXIT_CODE", Integer.toString(BUILD_FAILURE));
    variables.put("SYSTEM_FAILURE_EXIT_CODE", Integer.toString(SYSTEM_FAILURE));
    variables.put("BUILD_EXIT_CODE_FILE", temporary.resolve("build_exit_code").toString());
    variables.put("JOB_RESPONSE_FILE", response.toString());
    variables.put("CUSTOM_ENV_CI_JOB_ID", Long.toString(job.id()));
    variables.put("CUSTOM_ENV_CI_JOB_IMAGE", job.image());
    return variables;
  }

  private int call(
      String stage, List<String> more, Map<String, String> variables, Path temporary, Path output)
      throws IOException, InterruptedException {
    called.add(stage + (more.isEmpty() ? "" : " " + more.get(1)));
    List<String> command =
        new ArrayList<>(List.of("perl", "-e", "setpgrp(0, 0); exec @ARGV or die"));
    if (parent) {
      command.addAll(List.of("sh", "-c", "\"$@\" & wait $!", "runner"));
    }
    command.addAll(executable);
    Matcher words = Pattern.compile("\"([^\"]*)\"").matcher(settings.get(stage + "_args"));
    while (words.find()) {
      command.add(words.group(1));
    }
    command.addAll(more);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(temporary.toFile())
            .redirectOutput(Redirect.appendTo(output.toFile()));
    if (stage.equals("config")) {
      builder.redirectError(Redirect.appendTo(log.toFile()));
    } else {
      builder.redirectErrorStream(true);
    }
    builder.environment().clear();
    builder.environment().putAll(variables);
    Process process = builder.start();
    process.getOutputStream().close();
    try {
      watcher.accept(called.get(called.size() - 1), process);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException(stage + " does not end: " + log());
      }
    } finally {
      if (process.isAlive() && !parent) {
        signal("KILL", process);
      }
    }
    return process.exitValue();
  }

  /** As the Runner does at a time-out or a cancel: the whole process group gets it. */
  static void signal(String name, Process process) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, "--", "-" + process.pid()).start().waitFor();
  }

  private static void deleteAll(Path top) throws IOException {
    try (Stream<Path> files = Files.walk(top)) {
      for (Path each : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(each);
      }
    }
  }
}
