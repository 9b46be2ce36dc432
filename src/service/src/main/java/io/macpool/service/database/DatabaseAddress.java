package io.macpool.service.database;

import io.macpool.core.PeerUrl;
import io.macpool.service.setting.Secret;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Where a service keeps its records.
 *
 * @param jdbcUrl holds no secret: neither login nor parameters
 * @param parameters of the driver, some of which are secrets
 * @param shared whether several processes may use it at a time
 */
public record DatabaseAddress(
    String jdbcUrl,
    Optional<String> user,
    Optional<Secret> password,
    Map<String, Secret> parameters,
    boolean shared) {

  public DatabaseAddress {
    parameters = Map.copyOf(parameters);
  }

  // Lower-case names and PostgreSQL's dialect, so that both databases take the same statements.
  // Writes reach the file system at each commit: a killed process must lose none.
  private static final String H2_OPTIONS =
      ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DB_CLOSE_DELAY=-1;DB_CLOSE_ON_EXIT=FALSE"
          + ";WRITE_DELAY=0";

  /**
   * Reads {@code postgres://user:password@host[:port]/database[?parameters]}. Parameters are the
   * driver's own; {@code user} and {@code password} among them are the login.
   *
   * @throws IllegalArgumentException that repeats nothing of the URL, as it holds a password
   */
  public static DatabaseAddress postgres(Secret url) {
    PeerUrl peer = PeerUrl.parse(url.reveal(), Set.of("postgres", "postgresql"));
    if (peer.path().length() < 2) {
      throw new IllegalArgumentException("must have the form postgres://user:password@host/name");
    }
    Map<String, Secret> parameters = parameters(peer.query().orElse(""));
    Optional<String> user = Optional.ofNullable(parameters.remove("user")).map(Secret::reveal);
    Optional<Secret> password = Optional.ofNullable(parameters.remove("password"));
    return new DatabaseAddress(
        "jdbc:postgresql://" + peer.hostInUrl() + ":" + peer.portOr(5432) + peer.path(),
        peer.user().filter(given -> !given.isEmpty()).or(() -> user),
        peer.password().map(Secret::new).or(() -> password),
        parameters,
        true);
  }

  private static Map<String, Secret> parameters(String query) {
    Map<String, Secret> parameters = new LinkedHashMap<>();
    for (String part : query.split("&", -1)) {
      if (part.isEmpty()) {
        continue;
      }
      int equals = part.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException(
            "has a parameter without a value behind the ?; write NAME=VALUE&NAME=VALUE");
      }
      parameters.put(
          PeerUrl.decode(part.substring(0, equals)),
          new Secret(PeerUrl.decode(part.substring(equals + 1))));
    }
    return parameters;
  }

  /** An embedded database in a file; it survives a crash, and serves one process. */
  public static DatabaseAddress file(Path file) {
    return new DatabaseAddress(
        "jdbc:h2:file:" + file.toAbsolutePath() + H2_OPTIONS,
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        false);
  }

  /** Whether what it holds is gone with the process. */
  public boolean isVolatile() {
    return jdbcUrl.startsWith("jdbc:h2:mem:");
  }

  /** An embedded database that is gone with the process. */
  public static DatabaseAddress memory() {
    return new DatabaseAddress(
        "jdbc:h2:mem:" + UUID.randomUUID() + H2_OPTIONS,
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        false);
  }
}
