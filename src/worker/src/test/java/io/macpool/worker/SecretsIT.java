package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.amqp.JobRecord;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Each secret that a worker may be given is known here, and looked for in all that it shows: its
 * own log at its most talkative, the logs of jobs that go well and badly, and what a job sees of
 * processes.
 */
class SecretsIT {

  private static final Pattern SECRET_SETTING = Pattern.compile("--([a-z0-9-]+) SECRET");

  @RegisterExtension final Stage stage = new Stage();

  private final Map<String, String> settings = new TreeMap<>();
  private final Map<String, String> secrets = new TreeMap<>();

  @Test
  void noLogAndNoListOfProcessesShowsOne() {
    withSecretIn("AMQP_URI", stage.gate.uri());
    withSecretIn("LOGS_AMQP_URI", stage.gate.uri());
    withSecretIn("BUILD_API_URI", stage.scripts.uri());
    withSecretIn("JUPITERBRAIN_ENDPOINT", stage.broker.endpoint());
    for (String name :
        List.of(
            "BUILD_CACHE_S3_ACCESS_KEY_ID",
            "BUILD_CACHE_S3_SECRET_ACCESS_KEY",
            "BUILD_TRACE_S3_ACCESS_KEY_ID",
            "BUILD_TRACE_S3_SECRET_ACCESS_KEY",
            "BUILD_TRACE_S3_SESSION_TOKEN",
            "HEARTBEAT_URL_AUTH_TOKEN",
            "JUPITERBRAIN_SSH_KEY_PASSPHRASE",
            "JUPITERBRAIN_KEYCHAIN_PASSWORD")) {
      settings.put(name, secret(name));
    }
    settings.put("REMOTE_CONTROLLER_AUTH", "worker:" + secret("REMOTE_CONTROLLER_AUTH"));
    settings.put("SENTRY_DSN", "https://" + secret("SENTRY_DSN") + "@127.0.0.1:1/1");
    assertThat(secrets.keySet()).as("secret settings").isEqualTo(allSecretSettings());
    settings.put("BUILD_CACHE_TYPE", "s3");
    settings.put("BUILD_TRACE_ENABLED", "true");
    settings.put("BUILD_TRACE_S3_BUCKET", "traces");
    settings.put("BUILD_TRACE_S3_REGION", "eu-1");
    settings.put("BUILD_TRACE_S3_ENDPOINT", "http://127.0.0.1:1");
    settings.put("HEARTBEAT_URL", "http://127.0.0.1:1/beat");
    List<String> shown = new ArrayList<>();
    try (LogLines lines =
        LogLines.ofAll("io.macpool.worker", "io.macpool.broker", "io.macpool.service")) {
      stage.worker(
          settings.entrySet().stream()
              .flatMap(entry -> List.of(entry.getKey(), entry.getValue()).stream())
              .toArray(String[]::new));
      shown.addAll(troubles());
      shown.addAll(lines.seen());
    }
    assertThat(shown).anyMatch(line -> line.contains("exec /bin/sh")); // the list of processes
    assertThat(shown).anyMatch(line -> line.contains("no script for job"));
    for (Map.Entry<String, String> secret : secrets.entrySet()) {
      assertThat(shown.stream().filter(line -> line.contains(secret.getValue())))
          .as(secret.getKey())
          .isEmpty();
    }
  }

  /** The logs of jobs that meet all kinds of trouble. */
  private List<String> troubles() {
    List<String> logs = new ArrayList<>();
    logs.add(log(stage.publish("ps -ef -ww", "env", "set", "cat /proc/$$/environ", "exit 1")));
    long traced = Stage.newId();
    ObjectNode payload = Stage.payload(traced, "echo x > /tmp/build.trace", "rm /tmp/build.trace");
    stage.publish(payload.put("trace", true));
    logs.add(log(traced));
    stage.scripts.failNext(1, 500);
    logs.add(log(stage.publish("true")));
    stage.scripts.failNext(1, 401);
    logs.add(log(stage.publish("true")));
    long cut = stage.publish("sleep 1; echo end");
    stage.awaitInstance();
    stage.gate.cut();
    logs.add(log(cut));
    return logs;
  }

  private String log(long id) {
    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).isPresent();
    return job.log();
  }

  private void withSecretIn(String name, URI uri) {
    String user = uri.getRawUserInfo();
    secrets.put(name, user.substring(user.indexOf(':') + 1));
    settings.put(name, uri.toString());
  }

  private String secret(String name) {
    String made = UUID.randomUUID().toString();
    secrets.put(name, made);
    return made;
  }

  private static Set<String> allSecretSettings() {
    return SECRET_SETTING
        .matcher(WorkerSettings.SPEC.help())
        .results()
        .map(found -> found.group(1).replace('-', '_').toUpperCase(Locale.ROOT))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
