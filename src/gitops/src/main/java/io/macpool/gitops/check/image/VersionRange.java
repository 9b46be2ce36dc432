package io.macpool.gitops.check.image;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The {@code semver.range} of an ImagePolicy: comparators, joined by commas or spaces for "and" and
 * by {@code ||} for "or", as the library that Flux uses reads them.
 */
final class VersionRange {

  private static final String VERSION = "v?(\\*|[xX]|\\d+)(\\.(\\*|[xX]|\\d+)){0,2}";
  private static final Pattern COMPARATOR =
      Pattern.compile("(=|!=|>|<|>=|=>|<=|=<|~|~>|\\^)? *" + VERSION);
  private static final Pattern BETWEEN = Pattern.compile(VERSION + " +- +" + VERSION);
  private static final Pattern PRE_RELEASE =
      Pattern.compile(".*\\d+(\\.\\d+){0,2}-[0-9A-Za-z.-]+.*");

  private VersionRange() {}

  /** Why the range does not hold to released versions; empty when it does. */
  static Optional<String> problem(String range) {
    if (PRE_RELEASE.matcher(range.replaceAll(" +- +", " ")).matches()) {
      return Optional.of("takes pre-releases");
    }
    for (String alternative : range.split("\\|\\|", -1)) {
      String text = alternative.strip();
      if (BETWEEN.matcher(text).matches()) {
        continue;
      }
      String joined = text.replaceAll("([=<>~^]) +", "$1").replaceAll(" *, *| +", ",");
      for (String comparator : joined.split(",", -1)) {
        if (!COMPARATOR.matcher(comparator).matches()) {
          return Optional.of("is no range of versions");
        }
      }
    }
    return Optional.empty();
  }
}
