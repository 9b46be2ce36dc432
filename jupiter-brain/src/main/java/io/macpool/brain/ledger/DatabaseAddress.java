package io.macpool.brain.ledger;

import io.macpool.service.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * Where the ledger is kept.
 *
 * @param jdbcUrl holds neither user nor password
 * @param shared whether several brokers may use it at a time
 */
public record DatabaseAddress(
    String jdbcUrl, Optional<String> user, Optional<Secret> password, boolean shared) {

  // Lower-case names and PostgreSQL's dialect, so that both databases take the same statements.
  // Writes reach the file system at each commit: a killed process must lose none.
  private static final String H2_OPTIONS =
      ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DB_CLOSE_DELAY=-1;DB_CLOSE_ON_EXIT=FALSE"
          + ";WRITE_DELAY=0";

  /**
   * Reads {@code postgres://user:password@host[:port]/database[?parameters]}.
   *
   * @throws IllegalArgumentException that repeats nothing of the URL, as it holds a password
   */
  public static DatabaseAddress postgres(Secret url) {
    URI uri;
    try {
      uri = new URI(url.reveal().strip());
    } catch (URISyntaxException e) {
      // The cause would show the whole URL.
      throw new IllegalArgumentException(
          "is not a URL; characters such as @ or / in user or password must be percent-encoded");
    }
    boolean postgres = "postgres".equals(uri.getScheme()) || "postgresql".equals(uri.getScheme());
    if (!postgres || uri.getHost() == null || uri.getPath().length() < 2) {
      throw new IllegalArgumentException("must have the form postgres://user:password@host/name");
    }
    String[] login =
        uri.getRawUserInfo() == null ? new String[0] : uri.getRawUserInfo().split(":", 2);
    return new DatabaseAddress(
        "jdbc:postgresql://"
            + uri.getHost()
            + ":"
            + (uri.getPort() < 0 ? 5432 : uri.getPort())
            + uri.getRawPath()
            + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()),
        login.length > 0 ? Optional.of(decode(login[0])) : Optional.empty(),
        login.length > 1 ? Optional.of(new Secret(decode(login[1]))) : Optional.empty(),
        true);
  }

  /** An embedded database in a file; it survives a crash, and serves one process. */
  public static DatabaseAddress file(Path file) {
    return new DatabaseAddress(
        "jdbc:h2:file:" + file.toAbsolutePath() + H2_OPTIONS,
        Optional.empty(),
        Optional.empty(),
        false);
  }

  /** An embedded database that is gone with the process. */
  public static DatabaseAddress memory() {
    return new DatabaseAddress(
        "jdbc:h2:mem:" + UUID.randomUUID() + H2_OPTIONS, Optional.empty(), Optional.empty(), false);
  }

  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
