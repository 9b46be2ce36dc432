package io.macpool.gitops.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.gitops.RepositoryTree;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A terraform hook run with fake programs first on its path. */
public final class HookRun {

  private final Path fake;
  private Path root = RepositoryTree.root();
  private String path;
  private final Map<String, String> environment = new HashMap<>();

  /** What a hook printed, and how it ended. */
  public record Result(int status, String out, String err) {

    /** Its answer to Terraform, for one that went well. */
    JsonNode json() throws IOException {
      assertThat(status).as(err).isZero();
      JsonNode answer = new ObjectMapper().readTree(out);
      assertThat(answer).as("Terraform takes strings only").allMatch(JsonNode::isTextual);
      return answer;
    }
  }

  public HookRun(Path directory) throws IOException {
    this.fake = directory;
    for (String program : List.of("kubectl", "flux")) {
      Path file = directory.resolve(program);
      try (InputStream in = HookRun.class.getResourceAsStream("fake-" + program)) {
        Files.copy(in, file);
      }
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    this.path = directory + ":" + System.getenv("PATH");
  }

  public HookRun inTree(Path tree) {
    this.root = tree;
    return this;
  }

  /** Leaves the hook nothing but these programs. */
  public HookRun withOnly(List<String> programs, Path directory) throws IOException {
    for (String program : programs) {
      for (String place : System.getenv("PATH").split(":", -1)) {
        Path found = Path.of(place, program);
        if (Files.isExecutable(found)) {
          Files.createSymbolicLink(directory.resolve(program), found);
          break;
        }
      }
    }
    this.path = directory.toString();
    return this;
  }

  /** With the real program instead of the made-up one. */
  public HookRun withReal(String program, Path real) throws IOException {
    Files.writeString(fake.resolve(program), "#!/bin/sh\nexec '" + real + "' \"$@\"\n");
    return this;
  }

  public HookRun withEnvironment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  public HookRun given(String file, String content) throws IOException {
    Files.writeString(fake.resolve(file), content);
    return this;
  }

  public HookRun without(String file) throws IOException {
    Files.delete(fake.resolve(file));
    return this;
  }

  public List<String> calls() throws IOException {
    Path calls = fake.resolve("calls");
    return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
  }

  public String content(String file) throws IOException {
    return Files.readString(fake.resolve(file));
  }

  public Result run(String stdin, String hook, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(RepositoryTree.root().resolve("terraform-hooks").resolve(hook).toString());
    command.addAll(List.of(arguments));
    Path err = Files.createTempFile(fake, "stderr", "");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
    builder.environment().put("PATH", path);
    builder.environment().put("FAKE", fake.toString());
    builder.environment().put("MACPOOL_ROOT", root.toString());
    builder.environment().put("PRE_DESTROY_INTERVAL", "0");
    builder.environment().putAll(environment);
    Process process = builder.start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(stdin.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // The hook ended without reading what it does not need.
      process.onExit().get(10, TimeUnit.SECONDS);
    }
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException(hook + " did not end");
    }
    return new Result(process.exitValue(), out, Files.readString(err));
  }
}
