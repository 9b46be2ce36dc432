package io.macpool.cli.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.macpool.broker.BrokerEndpoint;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads the configuration file's text, and tells all that is wrong with it at once. */
final class ConfigParser {

  private static final String CURRENT = "current-context";
  private static final String CONTEXTS = "contexts";
  private static final List<String> KEYS =
      List.of("url", "token", "token-file", "ssh-key", "ssh-user", "ssh-port");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
  private static final int LAST_PORT = 65_535;

  private final Path path;
  private final Path home;
  private final List<String> problems = new ArrayList<>();

  /**
   * For one file.
   *
   * @param home what {@code ~} stands for
   */
  ConfigParser(Path path, Path home) {
    this.path = path;
    this.home = home;
  }

  /**
   * Reads its text.
   *
   * @throws IllegalArgumentException with all that is wrong with it, in words; never with a token
   */
  ConfigFile parse(String text) {
    JsonNode root = tree(text);
    Map<String, Context> contexts = new TreeMap<>();
    if (!root.isObject()) {
      problems.add("it needs the keys current-context and contexts");
    } else {
      unknown("", root, List.of(CURRENT, CONTEXTS));
      JsonNode list = root.path(CONTEXTS);
      if (!list.isObject() || list.isEmpty()) {
        problems.add("contexts: name at least one, with its url below the name");
      }
      list.properties()
          .forEach(each -> contexts.put(each.getKey(), context(each.getKey(), each.getValue())));
    }
    Optional<String> current = text("", root, CURRENT);
    if (current.isPresent() && !contexts.containsKey(current.get())) {
      problems.add(
          "current-context: there is no context %s; there are: %s"
              .formatted(current.get(), String.join(", ", contexts.keySet())));
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "the configuration %s can't be used:%n  %s"
              .formatted(path, String.join(System.lineSeparator() + "  ", problems)));
    }
    return new ConfigFile(path, current, contexts);
  }

  private JsonNode tree(String text) {
    try {
      return new ObjectMapper(
              YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .readTree(text);
    } catch (JsonProcessingException e) {
      // The library's words quote the text, which may hold a token.
      throw new IllegalArgumentException(
          "the configuration %s is no YAML%s"
              .formatted(
                  path, e.getLocation() == null ? "" : ": see line " + e.getLocation().getLineNr()),
          e);
    }
  }

  private Context context(String name, JsonNode node) {
    String where = CONTEXTS + "." + name;
    if (!NAME.matcher(name).matches()) {
      problems.add(where + ": a name has letters, digits, dots, dashes and underscores only");
    }
    if (!node.isObject()) {
      problems.add(where + ": give its url below the name");
    } else {
      unknown(where + ".", node, KEYS);
    }
    Optional<String> token = text(where + ".", node, "token");
    Optional<String> tokenFile = text(where + ".", node, "token-file");
    if (token.isPresent() && tokenFile.isPresent()) {
      problems.add(where + ": give token or token-file, not both");
    }
    return new Context(
        name,
        url(where, node),
        token,
        tokenFile.flatMap(named -> file(where + ".token-file", named)),
        text(where + ".", node, "ssh-key").flatMap(named -> file(where + ".ssh-key", named)),
        text(where + ".", node, "ssh-user"),
        text(where + ".", node, "ssh-port").flatMap(port -> port(where, port)));
  }

  private String url(String where, JsonNode node) {
    Optional<String> url = text(where + ".", node, "url");
    if (url.isEmpty() && node.isObject()) {
      problems.add(where + ".url: name the broker, as in https://jupiter-brain.example.com");
    }
    try {
      url.ifPresent(BrokerEndpoint::parse);
    } catch (IllegalArgumentException e) {
      problems.add(where + ".url " + e.getMessage());
    }
    return url.orElse("");
  }

  private Optional<Integer> port(String where, String text) {
    if (text.matches("[0-9]{1,5}")) {
      int port = Integer.parseInt(text);
      if (port > 0 && port <= LAST_PORT) {
        return Optional.of(port);
      }
    }
    problems.add(where + ".ssh-port: give a number from 1 to " + LAST_PORT);
    return Optional.empty();
  }

  /** Relative to where the configuration is. */
  private Optional<Path> file(String where, String text) {
    try {
      return Optional.of(
          text.startsWith("~/")
              ? home.resolve(text.substring(2))
              : path.resolveSibling(text).normalize());
    } catch (InvalidPathException e) {
      problems.add(where + ": no file can have that name");
      return Optional.empty();
    }
  }

  private Optional<String> text(String where, JsonNode node, String key) {
    JsonNode value = node.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isValueNode() || value.asText().isBlank()) {
      problems.add(where + key + ": give one value");
      return Optional.empty();
    }
    return Optional.of(value.asText().strip());
  }

  private void unknown(String where, JsonNode node, List<String> known) {
    node.fieldNames()
        .forEachRemaining(
            key -> {
              if (!known.contains(key)) {
                problems.add(
                    "%s%s is not known here; known are: %s"
                        .formatted(where, key, String.join(", ", known)));
              }
            });
  }
}
