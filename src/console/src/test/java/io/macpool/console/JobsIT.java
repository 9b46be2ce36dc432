package io.macpool.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.macpool.sim.amqp.AmqpSimulator;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of jobs, before an AMQP broker that comes and goes. */
class JobsIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String TOKEN = "the-token-of-viewers";

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private final AmqpSimulator amqp = AmqpSimulator.start();
  private Console console;

  private void start(String amqpUri) {
    console =
        Console.start(
            ConsoleSettings.SPEC.read(
                List.of(),
                Map.of(
                    "MACPOOL_CONSOLE_ADDR",
                    "127.0.0.1:0",
                    "MACPOOL_CONSOLE_ADMIN_ADDR",
                    "127.0.0.1:0",
                    "MACPOOL_CONSOLE_BROKER_URL",
                    "http://reader@127.0.0.1:1",
                    "MACPOOL_CONSOLE_TOKEN",
                    TOKEN,
                    "MACPOOL_CONSOLE_HISTORY_FILE",
                    folder.resolve("history").toString(),
                    "MACPOOL_CONSOLE_AMQP_URI",
                    amqpUri)));
  }

  @AfterEach
  void stop() {
    if (console != null) {
      console.close();
    }
    amqp.close();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + console.port() + path))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + TOKEN)
            .build(),
        BodyHandlers.ofString());
  }

  private String read(String path) throws Exception {
    return get(path).body();
  }

  private String ready() throws Exception {
    URI address = URI.create("http://127.0.0.1:" + console.adminPort() + "/health/ready");
    return http.send(
            HttpRequest.newBuilder(address).timeout(PATIENCE).build(), BodyHandlers.ofString())
        .body();
  }

  private void tell(String state, String body) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(amqp.uri());
    try (Connection connection = factory.newConnection();
        Channel channel = connection.createChannel()) {
      channel.exchangeDeclare("macpool.jobs", BuiltinExchangeType.TOPIC, true);
      channel.confirmSelect();
      channel.basicPublish(
          "macpool.jobs", "job." + state, null, body.getBytes(StandardCharsets.UTF_8));
      channel.waitForConfirmsOrDie(PATIENCE.toMillis());
    }
  }

  @Test
  void jobsAppearAsTheyAreToldAndSoDoesASilence() throws Exception {
    start(amqp.uri().toString());
    await().atMost(PATIENCE).until(() -> read("/jobs").contains("The workers are heard since"));
    tell("received", "{ not JSON");
    tell(
        "started",
        """
        {"job_id": 42, "state": "started", "update": 1, "repository": "acme/<b>app</b>",
         "worker": "w-1", "instance_id": "vm-1", "queued_at": "2026-03-01T11:59:00Z",
         "received_at": "2026-03-01T12:00:00Z", "started_at": "2026-03-01T12:00:30Z"}
        """);
    await().atMost(PATIENCE).until(() -> read("/jobs").contains("/jobs/42"));

    assertThat(read("/jobs"))
        .contains("acme/&lt;b&gt;app&lt;/b&gt;")
        .contains("<svg class=\"bar\"")
        .contains("waits in the queue: 1 min")
        .doesNotContain("style=");
    assertThat(read("/jobs?q=APP&state=started")).contains("/jobs/42");
    assertThat(read("/jobs?q=other")).contains("0 of 1 jobs");
    assertThat(read("/jobs/42")).contains("its script runs").contains("/instances/vm-1");
    assertThat(read("/jobs/42")).as("it runs").doesNotContain("Why does it wait</h2>");
    tell(
        "received",
        """
        {"job_id": 44, "state": "received", "update": 1, "repository": "acme/app",
         "worker": "w-1", "received_at": "2026-03-01T12:00:00Z"}
        """);
    await().atMost(PATIENCE).until(() -> read("/waiting").contains("/jobs/44"));
    assertThat(read("/waiting")).doesNotContain("/jobs/42");
    assertThat(read("/jobs/44")).contains("ago and asks the broker for a Mac");
    assertThat(read("/jobs/43")).contains("Nothing was told of it");
    assertThat(read("/jobs/x")).contains("Nothing was told of it");
    assertThat(read("/api/jobs")).contains("\"id\":42").contains("\"known\":true");

    amqp.stop();

    await().atMost(PATIENCE).until(() -> read("/jobs").contains("The workers are not heard since"));
    assertThat(read("/jobs")).as("what was told stays").contains("/jobs/42");
    assertThat(ready()).contains("\"status\":\"ok\"").contains("not heard: ");
    assertThat(get("/").statusCode()).isEqualTo(200);
  }

  @Test
  void withoutABrokerOfJobsThePageSaysWhatToSet() throws Exception {
    start("");
    assertThat(read("/jobs")).contains("JOB_EVENTS_EXCHANGE");
  }
}
