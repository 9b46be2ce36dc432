package io.macpool.gitops.peer;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.peer.Peer;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What stands between Git and a cluster, as their makers wrote it: kustomize and Flux' own
 * libraries, SOPS, Helm. A process that answers one question after the other; it ends with {@link
 * #close()}, and with this process whatever happens, for it reads from us.
 */
public final class RealTools implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long END_SECONDS = 10;

  private final Process process;
  private final BufferedWriter questions;
  private final BufferedReader answers;

  private RealTools(Process process) {
    this.process = process;
    questions =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Skips the test if this machine has none. */
  public static RealTools start() {
    Optional<String> program = Peer.GITOPS.location();
    assumeTrue(program.isPresent(), "peer gitops is not here: what Flux makes is not compared");
    try {
      return new RealTools(
          new ProcessBuilder(program.get()).redirectError(ProcessBuilder.Redirect.DISCARD).start());
    } catch (IOException e) {
      throw new UncheckedIOException("can't start " + program.get(), e);
    }
  }

  /** An empty question, to be filled. */
  public static ObjectNode question(String what) {
    return JSON.createObjectNode().put("do", what);
  }

  /** The answer; a member {@code error} says why there is none. */
  public synchronized JsonNode ask(JsonNode question) {
    try {
      questions.write(JSON.writeValueAsString(question));
      questions.newLine();
      questions.flush();
      String line = answers.readLine();
      if (line == null) {
        throw new IOException("it ended at the question " + question.path("do"));
      }
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException("the real tools do not answer", e);
    }
  }

  /** The answer to a question that has one. */
  public JsonNode told(JsonNode question) {
    JsonNode answer = ask(question);
    if (answer.has("error")) {
      throw new IllegalStateException(question.path("do") + ": " + answer.get("error").asText());
    }
    return answer;
  }

  @Override
  public void close() throws IOException {
    questions.close();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
