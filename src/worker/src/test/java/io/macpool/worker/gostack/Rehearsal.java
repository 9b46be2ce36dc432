package io.macpool.worker.gostack;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.macpool.service.Resources;
import io.macpool.sim.amqp.AmqpSimulator;
import io.macpool.sim.amqp.JobPublisher;
import io.macpool.sim.broker.BrokerSimulator;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import io.macpool.worker.Worker;
import io.macpool.worker.WorkerSettings;
import io.macpool.worker.gostack.PublishedMessages.Message;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** One worker that runs the recorded jobs, and all that it says meanwhile. */
record Rehearsal(List<Message> messages, List<LoggedRequest> scripts, List<LoggedRequest> broker) {

  private static final String QUEUE = "builds.go";
  private static final String IMAGE = "travis-ci-macos12-xcode12.5";

  /** The longest of the jobs takes eight seconds. */
  private static final Duration PATIENCE =
      Duration.ofSeconds(60 + Integer.getInteger("patience", 20));

  static Rehearsal play(Recording recording, Path directory) throws Exception {
    try (Resources resources = new Resources()) {
      AmqpSimulator jobs = resources.own("jobs", AmqpSimulator.start());
      PublishedMessages published = resources.own("published", new PublishedMessages(jobs.uri()));
      JobPublisher scheduler = resources.own("scheduler", JobPublisher.connect(jobs.uri()));
      scheduler.declareQueue(QUEUE);
      GuestFleet guests =
          resources.own(
              "guests",
              GuestFleet.start(
                  GuestFleetOptions.in(directory.resolve("guests"))
                      .withFirstAddress("127.73.0.1")));
      BrokerSimulator instances =
          resources.own("instances", BrokerSimulator.start(recording.jobs().size(), guests));
      WireMockServer generator = serve(resources, "generator");
      for (JsonNode script : recording.scripts()) {
        URI asked = URI.create(script.path("uri").asText());
        String job = asked.getQuery().replaceAll(".*job_id=([0-9]+).*", "$1");
        generator.stubFor(
            post(urlPathEqualTo(asked.getPath()))
                .withQueryParam("job_id", equalTo(job))
                .willReturn(aResponse().withBody(script.path("answer").asText())));
      }
      WireMockServer broker = serve(resources, "broker");
      URI endpoint = instances.endpoint();
      broker.stubFor(
          any(anyUrl())
              .willReturn(aResponse().proxiedFrom("http://127.0.0.1:" + endpoint.getPort())));
      resources.own(
          "worker",
          Worker.start(
              WorkerSettings.SPEC.read(
                  List.of(),
                  Map.ofEntries(
                      Map.entry("TRAVIS_WORKER_AMQP_URI", jobs.uri().toString()),
                      Map.entry("TRAVIS_WORKER_QUEUE_NAME", QUEUE),
                      Map.entry("TRAVIS_WORKER_INFRA", "macstadium"),
                      Map.entry("TRAVIS_WORKER_HOSTNAME", "testhost"),
                      Map.entry(
                          "TRAVIS_WORKER_POOL_SIZE", Integer.toString(recording.jobs().size())),
                      Map.entry(
                          "TRAVIS_WORKER_BUILD_API_URI",
                          "http://SECRET@127.0.0.1:" + generator.port() + "/script"),
                      Map.entry(
                          "TRAVIS_WORKER_JUPITERBRAIN_ENDPOINT",
                          "http://%s@127.0.0.1:%d/"
                              .formatted(endpoint.getUserInfo(), broker.port())),
                      Map.entry(
                          "TRAVIS_WORKER_JUPITERBRAIN_SSH_KEY_PATH",
                          guests.privateKeyFile().toString()),
                      Map.entry(
                          "TRAVIS_WORKER_JUPITERBRAIN_SSH_PORT",
                          Integer.toString(guests.sshPort())),
                      Map.entry("TRAVIS_WORKER_JUPITERBRAIN_BOOT_POLL_SLEEP", "200ms"),
                      Map.entry("TRAVIS_WORKER_JUPITERBRAIN_IMAGE_OSX_IMAGE_XCODE12_5", IMAGE)))));
      scheduler.publish(QUEUE, recording.payloads());
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  published.hasEnded(recording.jobs().size())
                      && asked(broker, "DELETE") >= recording.jobs().size());
      return new Rehearsal(published.all(), asked(generator), asked(broker));
    }
  }

  private static WireMockServer serve(Resources resources, String name) {
    WireMockServer server =
        new WireMockServer(WireMockConfiguration.options().bindAddress("127.0.0.1").dynamicPort());
    server.start();
    resources.own(name, server::stop);
    return server;
  }

  private static long asked(WireMockServer server, String method) {
    return asked(server).stream().filter(r -> r.getMethod().value().equals(method)).count();
  }

  private static List<LoggedRequest> asked(WireMockServer server) {
    List<LoggedRequest> requests =
        new ArrayList<>(
            server.getAllServeEvents().stream().map(event -> event.getRequest()).toList());
    Collections.reverse(requests);
    return requests;
  }
}
