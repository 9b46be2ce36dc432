package io.macpool.scaleset.github;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.scaleset.github.GitHubException.Reason;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/**
 * The way from who we are to the token of the scale set service: a registration token first, then
 * the service's address and a token of an hour or so. Kept until shortly before its end, or until
 * the service takes it no more. Thread-safe.
 */
final class AdminTokens {

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /** Renewed so long before its end. */
  private static final Duration MARGIN = Duration.ofSeconds(60);

  /** If the token does not say when it ends. */
  private static final Duration ASSUMED = Duration.ofMinutes(10);

  private final GitHubHttp http;
  private final GitHubUrl url;
  private final Identity identity;
  private final Clock clock;
  private Optional<Connection> current = Optional.empty();

  /**
   * The service.
   *
   * @param base its address, with a slash at the end
   */
  record Connection(String base, String token, Instant until) {

    @Override
    public String toString() {
      return base;
    }
  }

  AdminTokens(GitHubHttp http, GitHubUrl url, Identity identity, Clock clock) {
    this.http = http;
    this.url = url;
    this.identity = identity;
    this.clock = clock;
  }

  /** One that is good for now. */
  synchronized Connection get() {
    if (current.isEmpty() || clock.instant().isAfter(current.get().until())) {
      current = Optional.of(fetch());
    }
    return current.get();
  }

  /** The service did not take it. */
  synchronized void refused(Connection connection) {
    if (current.filter(connection::equals).isPresent()) {
      current = Optional.empty();
    }
  }

  private Connection fetch() {
    JsonNode registration =
        http.ask(
                "give a registration token for " + url,
                GitHubHttp.request(url.api() + url.registration(), DEADLINE, "Bearer " + bearer())
                    .POST(BodyPublishers.noBody())
                    .build())
            .body();
    ObjectNode body = GitHubHttp.object();
    body.put("url", url.text()).put("runner_event", "register");
    HttpRequest request =
        GitHubHttp.request(
                url.api() + "/actions/runner-registration",
                DEADLINE,
                "RemoteAuth " + needed(registration, "token"))
            .header("Content-Type", "application/json")
            .POST(GitHubHttp.json(body))
            .build();
    JsonNode connection;
    try {
      connection = http.ask("tell where its runner service is", request).body();
    } catch (GitHubException e) {
      if (e.reason() == Reason.UNAUTHORIZED) {
        // A fresh registration token is not known everywhere at once.
        throw new GitHubException(Reason.FAILED, String.valueOf(e.getMessage()), Duration.ZERO, e);
      }
      throw e;
    }
    String base = needed(connection, "url");
    String token = needed(connection, "token");
    return new Connection(
        base.endsWith("/") ? base : base + "/", token, expiry(token).minus(MARGIN));
  }

  private String bearer() {
    try {
      if (identity instanceof Identity.PersonalToken personal) {
        return personal.read();
      }
      Identity.App app = (Identity.App) identity;
      return needed(
          http.ask(
                  "give a token for the app's installation " + app.installation(),
                  GitHubHttp.request(
                          url.api() + "/app/installations/" + app.installation() + "/access_tokens",
                          DEADLINE,
                          "Bearer " + AppToken.sign(app, clock.instant()))
                      .POST(BodyPublishers.noBody())
                      .build())
              .body(),
          "token");
    } catch (IllegalArgumentException e) {
      // The file may be there again soon: it is followed.
      throw new GitHubException(Reason.FAILED, String.valueOf(e.getMessage()), Duration.ZERO, e);
    }
  }

  private static String needed(JsonNode answer, String member) {
    String text = answer.path(member).asText("");
    if (text.isEmpty()) {
      throw new GitHubException(
          Reason.FAILED,
          "GitHub's answer has no %s: is the URL that of an organization, a repository or an enterprise?"
              .formatted(member),
          Duration.ZERO,
          null);
    }
    return text;
  }

  private Instant expiry(String token) {
    Instant now = clock.instant();
    String[] parts = token.split("\\.", -1);
    if (parts.length >= 2) {
      try {
        byte[] payload = Base64.getUrlDecoder().decode(parts[1].replaceAll("=+$", ""));
        long exp = GitHubHttp.parse(new String(payload, UTF_8)).path("exp").asLong();
        if (exp > 0) {
          // A clock of ours that is wrong must not make us ask at each call.
          Instant told = Instant.ofEpochSecond(exp);
          Instant soonest = now.plus(MARGIN).plusSeconds(30);
          return told.isBefore(soonest) ? soonest : told;
        }
      } catch (IllegalArgumentException | IOException e) {
        return now.plus(ASSUMED); // it is no JWT, which nobody promised
      }
    }
    return now.plus(ASSUMED);
  }
}
