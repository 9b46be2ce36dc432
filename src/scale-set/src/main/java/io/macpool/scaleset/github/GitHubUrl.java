package io.macpool.scaleset.github;

import io.macpool.core.PeerUrl;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Whom a scale set belongs to, as people know it: the URL of an organization, a repository or an
 * enterprise on github.com, on GHE.com or on a GitHub Enterprise Server.
 *
 * @param text without a slash at its end
 * @param api where GitHub's REST API is
 * @param registration the path there that gives out registration tokens
 */
public record GitHubUrl(String text, String api, String registration) {

  /**
   * Takes the URL apart.
   *
   * @throws IllegalArgumentException with a sentence
   */
  public static GitHubUrl parse(String url) {
    PeerUrl peer = PeerUrl.parseHttp(url);
    if (peer.user().isPresent()) {
      throw new IllegalArgumentException(
          "holds a login: the token belongs into a file, see GITHUB_TOKEN_FILE");
    }
    List<String> parts =
        Arrays.stream(peer.path().split("/", -1)).filter(part -> !part.isEmpty()).toList();
    if (parts.isEmpty() || parts.size() > 2) {
      throw new IllegalArgumentException(
          "names no organization, repository or enterprise: https://github.com/ORGANIZATION,"
              + " …/OWNER/REPOSITORY or …/enterprises/ENTERPRISE");
    }
    String registered =
        parts.size() == 1
            ? "/orgs/" + parts.get(0)
            : parts.get(0).equalsIgnoreCase("enterprises")
                ? "/enterprises/" + parts.get(1)
                : "/repos/" + parts.get(0) + "/" + parts.get(1);
    return new GitHubUrl(
        peer.scheme() + "://" + peer.place() + "/" + String.join("/", parts),
        api(peer),
        registered + "/actions/runners/registration-token");
  }

  private static String api(PeerUrl peer) {
    String host = peer.host().toLowerCase(Locale.ROOT);
    if (host.equals("github.com") || host.equals("www.github.com")) {
      return peer.scheme() + "://api.github.com";
    }
    if (host.endsWith(".ghe.com")) {
      return peer.scheme() + "://api." + peer.place();
    }
    return peer.scheme() + "://" + peer.place() + "/api/v3";
  }

  @Override
  public String toString() {
    return text;
  }
}
