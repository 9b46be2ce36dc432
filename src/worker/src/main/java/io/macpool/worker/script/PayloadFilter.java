package io.macpool.worker.script;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.core.FailureWords;
import io.macpool.core.GoDuration;
import io.macpool.service.ProcessTree;
import io.macpool.worker.script.ScriptException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An operator's program between the queue and the generator: a payload in, a payload out. */
final class PayloadFilter {

  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String executable;

  PayloadFilter(String executable) {
    this.executable = executable;
  }

  /**
   * The payload to use; blocks.
   *
   * @throws ScriptException if the program fails: nobody knows what it would have taken out
   */
  byte[] filter(byte[] payload) {
    Path question = null;
    Path answer = null;
    try {
      // Files, not pipes: a program that does not read must not hold us up.
      question = Files.createTempFile("macpool-payload", ".json");
      Files.write(question, payload);
      answer = Files.createTempFile("macpool-payload", ".json");
      Process process =
          new ProcessBuilder(executable)
              .redirectInput(question.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .redirectOutput(answer.toFile())
              .start();
      try {
        if (!process.waitFor(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
          throw failed("it ran longer than " + GoDuration.format(DEADLINE), null);
        }
      } finally {
        ProcessTree.kill(process);
      }
      if (process.exitValue() != 0) {
        throw failed("it exited with status " + process.exitValue(), null);
      }
      byte[] filtered = Files.readAllBytes(answer);
      if (JSON.readTree(filtered) instanceof ObjectNode) {
        return filtered;
      }
      throw failed("it did not print a JSON object", null);
    } catch (JsonProcessingException e) {
      throw failed("it did not print a JSON object", null); // whose words would show what it did
    } catch (IOException e) {
      throw failed(FailureWords.of(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("the worker stops", e);
    } finally {
      delete(question);
      delete(answer);
    }
  }

  private static void delete(@Nullable Path file) {
    if (file == null) {
      return;
    }
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      file.toFile().deleteOnExit();
    }
  }

  private static ScriptException failed(String why, @Nullable Throwable cause) {
    return new ScriptException(Kind.UNUSABLE, "the payload filter failed", ": " + why, cause);
  }
}
