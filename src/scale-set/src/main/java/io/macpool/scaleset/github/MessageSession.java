package io.macpool.scaleset.github;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.macpool.scaleset.github.GitHubException.Reason;
import io.macpool.scaleset.github.GitHubHttp.Answer;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The one session of a scale set: its queue of messages, and the right to acquire jobs. Once it is
 * lost every call fails with {@link Reason#NOT_FOUND}. For one thread, and another that cancels a
 * poll.
 */
public final class MessageSession {

  /** GitHub holds a poll for about fifty seconds. */
  private static final Duration POLL_DEADLINE = Duration.ofMinutes(2);

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final RunnerService service;
  private final GitHubHttp http;
  private final long scaleSet;
  private final String id;
  private final int assigned;
  private String queue;
  private String token;

  MessageSession(RunnerService service, GitHubHttp http, long scaleSet, JsonNode opened) {
    this.service = service;
    this.http = http;
    this.scaleSet = scaleSet;
    this.id = opened.path("sessionId").asText("");
    this.assigned = opened.path("statistics").path("totalAssignedJobs").asInt(0);
    take(opened);
  }

  private void take(JsonNode session) {
    queue = session.path("messageQueueUrl").asText("");
    token = session.path("messageQueueAccessToken").asText("");
  }

  /** Jobs that were the scale set's when the session began. */
  public int assignedAtFirst() {
    return assigned;
  }

  /**
   * Begins to wait for the next message; nothing comes if there is none for a while. Cancelling it
   * loses nothing: a message that was on its way comes again.
   *
   * @param last the id of the last message that was read; 0 if none was
   * @param capacity how many jobs may be assigned at a time, those that are included
   */
  public CompletableFuture<Optional<QueueMessage>> poll(long last, int capacity) {
    String url =
        last == 0 ? queue : queue + (queue.contains("?") ? "&" : "?") + "lastMessageId=" + last;
    HttpRequest request =
        GitHubHttp.request(url, POLL_DEADLINE, "Bearer " + token)
            .setHeader("Accept", "application/json; " + RunnerService.API_VERSION)
            .header("X-ScaleSetMaxCapacity", Integer.toString(capacity))
            .GET()
            .build();
    CompletableFuture<Answer> call = http.begin("give the next message", request);
    CompletableFuture<Optional<QueueMessage>> message =
        call.thenApply(
            answer -> answer.status() == 202 ? Optional.empty() : Optional.of(read(answer.body())));
    CompletableFuture<Optional<QueueMessage>> unused =
        message.whenComplete(
            (read, failure) -> {
              if (message.isCancelled()) {
                call.cancel(true);
              }
            });
    return message;
  }

  private static QueueMessage read(JsonNode message) {
    if (message.path("messageId").asLong() == 0) {
      throw new GitHubException(
          Reason.UNREACHABLE,
          "GitHub cut its answer short when asked to give the next message",
          Duration.ZERO,
          null);
    }
    List<JobMessage> jobs = new ArrayList<>();
    try {
      // The entries are a text of JSON within the JSON.
      for (JsonNode entry : GitHubHttp.parse(message.path("body").asText("[]"))) {
        jobs.add(JobMessage.of(entry));
      }
    } catch (IOException e) {
      throw new GitHubException(
          Reason.FAILED, "GitHub's message has a body that is no JSON", Duration.ZERO, e);
    }
    JsonNode assigned = message.path("statistics").path("totalAssignedJobs");
    return new QueueMessage(
        message.path("messageId").asLong(),
        assigned.isNumber() ? OptionalInt.of(assigned.asInt()) : OptionalInt.empty(),
        jobs);
  }

  /** The message is dealt with, and is not to come again. */
  public void acknowledge(long message) {
    Answer unused =
        withToken(
            () -> {
              int query = queue.indexOf('?');
              String path = query < 0 ? queue : queue.substring(0, query);
              String rest = query < 0 ? "" : queue.substring(query);
              return http.ask(
                  "take message " + message + " back",
                  GitHubHttp.request(path + "/" + message + rest, DEADLINE, "Bearer " + token)
                      .setHeader("Accept", "application/json; " + RunnerService.API_VERSION)
                      .DELETE()
                      .build());
            });
  }

  /**
   * Makes jobs the scale set's.
   *
   * @return those that are; one that was cancelled or went elsewhere is not among them
   */
  public List<Long> acquire(List<Long> requests) {
    ArrayNode body = JsonNodeFactory.instance.arrayNode();
    requests.forEach(body::add);
    Answer answer =
        withToken(
            () ->
                http.ask(
                    "give us jobs",
                    GitHubHttp.request(service.acquireUrl(scaleSet), DEADLINE, "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .POST(GitHubHttp.json(body))
                        .build()));
    List<Long> acquired = new ArrayList<>();
    for (JsonNode each : answer.body().path("value")) {
      acquired.add(each.asLong());
    }
    return acquired;
  }

  private <T> T withToken(Supplier<T> call) {
    return service.patiently(
        () -> {
          try {
            return call.get();
          } catch (GitHubException e) {
            if (e.reason() != Reason.UNAUTHORIZED) {
              throw e;
            }
            renew();
            return call.get();
          }
        });
  }

  /** The queue's token is over, the session may not be. */
  public void renew() {
    take(service.session(scaleSet, id, "PATCH"));
  }

  /** Ends it, so that the next one need not wait; fine if it is gone. */
  public void close() {
    try {
      JsonNode unused = service.session(scaleSet, id, "DELETE");
    } catch (GitHubException e) {
      if (e.reason() != Reason.NOT_FOUND) {
        throw e;
      }
    }
  }
}
