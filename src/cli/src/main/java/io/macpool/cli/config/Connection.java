package io.macpool.cli.config;

import io.macpool.broker.BrokerEndpoint;
import io.macpool.core.FailureWords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Which broker a command speaks with, and by which token: flags count before the environment, that
 * before a context of the configuration file. A context's token goes to the context's own broker
 * alone.
 *
 * @param url never blank
 * @param token the token itself; empty if a file holds it, or the URL, or nobody
 * @param context whose guests they are; empty if none is named, and it is not needed for the URL
 */
record Connection(
    String url, Optional<String> token, Optional<Path> tokenFile, Optional<Context> context) {

  private static final String URL = "MACPOOL_URL";
  private static final String TOKEN = "MACPOOL_TOKEN";
  private static final String TOKEN_FILE = "MACPOOL_TOKEN_FILE";
  private static final String CONTEXT = "MACPOOL_CONTEXT";

  /**
   * Chooses.
   *
   * @param url the flag; so are the next two
   * @param warn is told what is not as it should be, although all can go on
   * @throws IllegalArgumentException if nothing names a broker, or the configuration can't be used
   */
  static Connection choose(
      Map<String, String> environment,
      Optional<String> url,
      Optional<Path> tokenFile,
      Optional<String> contextName,
      Consumer<String> warn) {
    Optional<String> ownUrl = url.filter(text -> !text.isBlank());
    if (ownUrl.isEmpty() && contextName.isEmpty()) {
      ownUrl = variable(environment, URL);
    }
    Optional<String> name = contextName.or(() -> variable(environment, CONTEXT));
    // A broken file must not hold up who does not need it.
    Optional<Context> context =
        ownUrl.isPresent() && name.isEmpty() ? Optional.empty() : context(environment, name, warn);
    String chosen =
        ownUrl
            .or(() -> context.map(Context::url))
            .orElseThrow(() -> new IllegalArgumentException(noBroker(environment)));
    Optional<Context> owner = context.filter(each -> each.url().equals(chosen));
    boolean flagFirst = contextName.isPresent();
    Optional<String> token =
        variable(environment, TOKEN).filter(text -> variable(environment, TOKEN_FILE).isEmpty());
    Optional<Path> file = variable(environment, TOKEN_FILE).map(Path::of);
    boolean ofContext =
        owner.filter(each -> each.token().isPresent() || each.tokenFile().isPresent()).isPresent()
            && (flagFirst || (token.isEmpty() && file.isEmpty()));
    if (ofContext) {
      token = owner.get().token();
      file = owner.get().tokenFile();
    }
    return tokenFile.isPresent()
        ? new Connection(chosen, Optional.empty(), tokenFile, context)
        : new Connection(chosen, token, file, context);
  }

  private static Optional<Context> context(
      Map<String, String> environment, Optional<String> name, Consumer<String> warn) {
    Optional<ConfigFile> file = ConfigFile.read(environment);
    if (file.isEmpty() && name.isPresent()) {
      throw new IllegalArgumentException(
          "there is no context %s: there is no file %s"
              .formatted(name.get(), ConfigFile.path(environment)));
    }
    file.flatMap(ConfigFile::warning).ifPresent(warn);
    return file.flatMap(each -> each.context(name));
  }

  private static String noBroker(Map<String, String> environment) {
    return "no broker is named: set MACPOOL_URL, give --url https://jupiter-brain.example.com, or"
        + " name one in "
        + ConfigFile.path(environment);
  }

  /**
   * The broker's address with the token.
   *
   * @throws IllegalArgumentException if the URL is none, or the token can't be read
   */
  BrokerEndpoint endpoint() {
    BrokerEndpoint endpoint;
    try {
      endpoint = BrokerEndpoint.parse(url);
    } catch (IllegalArgumentException e) {
      // Not shown: it may hold the token.
      throw new IllegalArgumentException("the URL of MACPOOL_URL or --url " + e.getMessage(), e);
    }
    return new BrokerEndpoint(
        endpoint.base(), tokenFile.map(Connection::read).or(() -> token).or(endpoint::token));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the token can't be read from %s: %s".formatted(file, FailureWords.of(e)), e);
    }
  }

  private static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(text -> !text.isBlank());
  }

  /** Without the token. */
  @Override
  public String toString() {
    return context.map(Context::name).orElse("a broker without a context");
  }
}
