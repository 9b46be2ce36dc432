package io.macpool.cli.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.macpool.core.FailureWords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A person's brokers, by name: {@code ~/.config/macpool/config.yaml}.
 *
 * @param current the context that counts where none is named
 * @param contexts by name
 */
record ConfigFile(Path path, Optional<String> current, Map<String, Context> contexts) {

  private static final Pattern CURRENT = Pattern.compile("(?m)^current-context:.*$");
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);

  ConfigFile {
    contexts = new TreeMap<>(contexts);
  }

  /** Where it is: {@code MACPOOL_CONFIG}, else where programs keep their settings. */
  static Path path(Map<String, String> environment) {
    String named = environment.getOrDefault("MACPOOL_CONFIG", "");
    if (!named.isBlank()) {
      return Path.of(named).toAbsolutePath();
    }
    String folder = environment.getOrDefault("XDG_CONFIG_HOME", "");
    // A relative one counts as none: so has it who invented the variable.
    return (folder.startsWith("/") ? Path.of(folder) : home(environment).resolve(".config"))
        .resolve("macpool")
        .resolve("config.yaml");
  }

  static Path home(Map<String, String> environment) {
    return Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
  }

  /**
   * Reads it; empty if there is none.
   *
   * @throws IllegalArgumentException with all that is wrong with it, in words
   */
  static Optional<ConfigFile> read(Map<String, String> environment) {
    Path path = path(environment);
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    return Optional.of(new ConfigParser(path, home(environment)).parse(text(path)));
  }

  private static String text(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the configuration %s can't be read: %s".formatted(path, FailureWords.of(e)), e);
    }
  }

  /**
   * The context of that name, or the current one; empty if none is named and none is current.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  Optional<Context> context(Optional<String> name) {
    Optional<String> wanted = name.or(() -> current);
    if (wanted.isPresent() && !contexts.containsKey(wanted.get())) {
      throw new IllegalArgumentException(
          "there is no context %s in %s; there are: %s"
              .formatted(wanted.get(), path, String.join(", ", contexts.keySet())));
    }
    return wanted.map(contexts::get);
  }

  /** What its reader has to be told although all can go on; empty if all is well. */
  Optional<String> warning() {
    boolean secret = contexts.values().stream().anyMatch(each -> each.token().isPresent());
    if (!secret) {
      return Optional.empty();
    }
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
      return permissions.stream().anyMatch(OTHERS::contains)
          ? Optional.of(
              "%s holds a token and others can read it: chmod 600 %s".formatted(path, path))
          : Optional.empty();
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty(); // a file system without such rights
    }
  }

  /**
   * Makes another context the current one. Whatever else is in the file stays as it is, comments
   * too.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  void use(String name) throws IOException {
    context(Optional.of(name));
    String line = "current-context: " + name;
    Matcher former = CURRENT.matcher(text(path));
    String text =
        former.find()
            ? former.replaceFirst(Matcher.quoteReplacement(line))
            : line + "\n" + text(path);
    // A link stays one; a reader finds either the old or the new text.
    Path real = path.toRealPath();
    Path draft = Files.createTempFile(real.getParent(), "config", ".draft");
    try {
      Files.write(draft, text.getBytes(UTF_8));
      Files.setPosixFilePermissions(draft, Files.getPosixFilePermissions(real));
      Files.move(draft, real, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(draft);
    }
  }
}
