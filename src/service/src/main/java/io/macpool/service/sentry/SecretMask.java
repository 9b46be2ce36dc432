package io.macpool.service.sentry;

import io.macpool.service.setting.Secret;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes secrets out of text that leaves the process: those that were set, wherever they stand, and
 * whatever looks like a login in a URL or a token in a header.
 */
final class SecretMask {

  private static final String MASK = "[redacted]";

  /** Shorter ones would mask half of every sentence. */
  private static final int SHORTEST = 4;

  private static final Pattern LOGIN = Pattern.compile("(?<=://)[^/\\s@]+(?=@)");
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?i)((?:token|bearer|basic|password|passwd|secret)[\"']?\\s*[=: ]\\s*)[^\\s,;\"']+");

  private final List<String> secrets;

  /**
   * @param set as they were set: tokens, lists of {@code NAME=TOKEN}, URLs with a login
   */
  SecretMask(Collection<Secret> set) {
    TreeSet<String> parts =
        new TreeSet<>(Comparator.comparingInt(String::length).reversed().thenComparing(s -> s));
    for (Secret secret : set) {
      collect(secret.reveal().strip(), parts);
    }
    secrets = parts.stream().filter(part -> part.length() >= SHORTEST).toList();
  }

  private static void collect(String text, Collection<String> parts) {
    parts.add(text);
    Matcher login = LOGIN.matcher(text);
    if (login.find()) {
      String userAndPassword = login.group();
      String password = userAndPassword.substring(userAndPassword.indexOf(':') + 1);
      for (String part : List.of(userAndPassword, password)) {
        parts.add(part);
        parts.add(decoded(part));
      }
      return;
    }
    for (String item : new ArrayList<>(List.of(text.split(",", -1)))) {
      parts.add(item.substring(item.indexOf('=') + 1).strip());
    }
  }

  private static String decoded(String part) {
    try {
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return part; // not percent-encoded: it is what it is
    }
  }

  /** The text without them; null stays null. */
  @Nullable String mask(@Nullable String text) {
    if (text == null) {
      return null;
    }
    String masked = text;
    for (String secret : secrets) {
      masked = masked.replace(secret, MASK);
    }
    masked = LOGIN.matcher(masked).replaceAll(Matcher.quoteReplacement(MASK));
    return TOKEN
        .matcher(masked)
        .replaceAll(found -> Matcher.quoteReplacement(found.group(1) + MASK));
  }
}
