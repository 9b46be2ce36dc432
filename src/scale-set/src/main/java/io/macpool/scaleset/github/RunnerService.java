package io.macpool.scaleset.github;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.scaleset.github.AdminTokens.Connection;
import io.macpool.scaleset.github.GitHubException.Reason;
import io.macpool.service.setting.Secret;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * GitHub's scale sets and runners. Every call blocks, is tried again while its failure may pass,
 * and fails with a {@link GitHubException}. Thread-safe.
 */
public final class RunnerService {

  static final String API_VERSION = "api-version=6.0-preview";
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final String SETS = "_apis/runtime/runnerscalesets";
  private static final String AGENTS = "_apis/distributedtask/pools/0/agents";

  private final GitHubHttp http;
  private final AdminTokens tokens;
  private final Patience patience;

  /**
   * Asks nothing yet.
   *
   * @param clock the wall's time, more or less
   */
  public RunnerService(
      GitHubWay way, GitHubUrl url, Identity identity, Patience patience, Clock clock) {
    this.http = new GitHubHttp(way, clock);
    this.tokens = new AdminTokens(http, url, identity, clock);
    this.patience = patience;
  }

  /**
   * The scale set of that name, made if there is none.
   *
   * @param labels what jobs name in {@code runs-on}; none: the name
   * @return its id
   */
  public long scaleSet(String name, String group, List<String> labels) {
    long groupId = group(group);
    Optional<Long> found = find(name, groupId);
    if (found.isPresent()) {
      return found.get();
    }
    ObjectNode body = GitHubHttp.object();
    body.put("name", name).put("runnerGroupId", groupId);
    for (String label : labels.isEmpty() ? List.of(name) : labels) {
      body.withArray("labels").addObject().put("name", label).put("type", "System");
    }
    body.putObject("RunnerSetting").put("disableUpdate", true);
    try {
      return call("make the scale set " + name, SETS, "", request -> request.POST(json(body)))
          .path("id")
          .asLong();
    } catch (GitHubException e) {
      // Made by somebody else, or by ourselves, whose answer was lost.
      if (e.reason() != Reason.CONFLICT) {
        throw e;
      }
      return find(name, groupId).orElseThrow(() -> e);
    }
  }

  /** How many jobs are the scale set's now, running ones included. */
  public int assigned(long scaleSet) {
    JsonNode assigned =
        call("tell its jobs", SETS + "/" + scaleSet, "", HttpRequest.Builder::GET)
            .path("statistics")
            .path("totalAssignedJobs");
    if (!assigned.isNumber()) {
      throw new GitHubException(
          Reason.FAILED, "GitHub does not tell how many jobs are ours", Duration.ZERO, null);
    }
    return assigned.asInt();
  }

  private Optional<Long> find(String name, long group) {
    JsonNode sets =
        call(
            "look for the scale set " + name,
            SETS,
            "&runnerGroupId=" + group + "&name=" + encoded(name),
            HttpRequest.Builder::GET);
    for (JsonNode each : sets.path("value")) {
      if (each.path("name").asText("").equals(name)) {
        return Optional.of(each.path("id").asLong());
      }
    }
    return Optional.empty();
  }

  private long group(String name) {
    JsonNode groups =
        call(
            "look for the runner group " + name,
            "_apis/runtime/runnergroups",
            "&groupName=" + encoded(name),
            HttpRequest.Builder::GET);
    for (JsonNode each : groups.path("value")) {
      if (each.path("name").asText("").equalsIgnoreCase(name)) {
        return each.path("id").asLong();
      }
    }
    throw new GitHubException(
        Reason.REFUSED,
        "GitHub has no runner group " + name + ": make it, or name another in RUNNER_GROUP",
        Duration.ZERO,
        null);
  }

  /**
   * Makes a runner known, which from then on may be given a job. One of that name, which a lost
   * answer or a predecessor left, is replaced.
   */
  public JitRunner register(long scaleSet, String name) {
    ObjectNode body = GitHubHttp.object();
    body.put("name", name).put("workFolder", "_work");
    String path = SETS + "/" + scaleSet + "/generatejitconfig";
    JsonNode made;
    try {
      made = call("register the runner " + name, path, "", request -> request.POST(json(body)));
    } catch (GitHubException e) {
      if (e.reason() != Reason.CONFLICT) {
        throw e;
      }
      agent(name).ifPresent(this::remove);
      made = call("register the runner " + name, path, "", request -> request.POST(json(body)));
    }
    return new JitRunner(
        made.path("runner").path("id").asLong(),
        new Secret(made.path("encodedJITConfig").asText("")));
  }

  /** The id of the runner of that name, if GitHub knows one. */
  public OptionalLong agent(String name) {
    JsonNode agents =
        call(
            "look for the runner " + name,
            AGENTS,
            "&agentName=" + encoded(name),
            HttpRequest.Builder::GET);
    for (JsonNode each : agents.path("value")) {
      if (each.path("name").asText("").equals(name)) {
        return OptionalLong.of(each.path("id").asLong());
      }
    }
    return OptionalLong.empty();
  }

  /**
   * Takes a runner out; fine if there is none.
   *
   * @return false if it stays, as it has a job
   */
  public boolean remove(long agent) {
    try {
      JsonNode unused =
          call("remove the runner " + agent, AGENTS + "/" + agent, "", HttpRequest.Builder::DELETE);
      return true;
    } catch (GitHubException e) {
      if (e.reason() == Reason.NOT_FOUND) {
        return true;
      }
      if (e.reason() == Reason.JOB_RUNNING) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Opens the scale set's session. One that another holds, or that ended without having been
   * closed, keeps us out for a while: {@link Reason#CONFLICT}.
   *
   * @param owner who is to be shown as its holder
   */
  public MessageSession open(long scaleSet, String owner) {
    ObjectNode body = GitHubHttp.object();
    body.put("sessionId", "00000000-0000-0000-0000-000000000000").put("ownerName", owner);
    JsonNode session =
        call(
            "open a session",
            SETS + "/" + scaleSet + "/sessions",
            "",
            request -> request.POST(json(body)));
    return new MessageSession(this, http, scaleSet, session);
  }

  JsonNode session(long scaleSet, String id, String method) {
    return call(
        method.equals("DELETE") ? "close the session" : "renew the session's token",
        SETS + "/" + scaleSet + "/sessions/" + id,
        "",
        request -> request.method(method, HttpRequest.BodyPublishers.noBody()));
  }

  /** Where jobs of a scale set are acquired; the session's token opens it. */
  String acquireUrl(long scaleSet) {
    return tokens.get().base() + SETS + "/" + scaleSet + "/acquirejobs?" + API_VERSION;
  }

  <T> T patiently(Supplier<T> asked) {
    return patience.call(asked);
  }

  private JsonNode call(
      String what,
      String path,
      String query,
      Function<HttpRequest.Builder, HttpRequest.Builder> method) {
    return patience.call(
        () -> {
          Connection connection = tokens.get();
          try {
            return once(what, path, query, method, connection);
          } catch (GitHubException e) {
            if (e.reason() != Reason.UNAUTHORIZED) {
              throw e;
            }
            // Its time may be over before what it says; once more with a new one tells.
            tokens.refused(connection);
            return once(what, path, query, method, tokens.get());
          }
        });
  }

  private JsonNode once(
      String what,
      String path,
      String query,
      Function<HttpRequest.Builder, HttpRequest.Builder> method,
      Connection connection) {
    HttpRequest.Builder request =
        GitHubHttp.request(
                connection.base() + path + "?" + API_VERSION + query,
                DEADLINE,
                "Bearer " + connection.token())
            .header("Content-Type", "application/json");
    return http.ask(what, method.apply(request).build()).body();
  }

  private static HttpRequest.BodyPublisher json(JsonNode body) {
    return GitHubHttp.json(body);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
