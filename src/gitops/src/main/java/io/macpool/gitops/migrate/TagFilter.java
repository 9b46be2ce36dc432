package io.macpool.gitops.migrate;

import io.macpool.gitops.yaml.ScalarText;
import org.jspecify.annotations.Nullable;

/**
 * Which tags Flux v1 followed, from an annotation such as {@code fluxcd.io/tag.worker:
 * glob:master-*}.
 *
 * @param container the container's name; {@code chart-image} for {@code values.image}
 * @param filter {@code glob:}, {@code semver:}, {@code regexp:} or {@code regex:} and its pattern
 */
record TagFilter(String container, String filter) {

  static final String CHART_IMAGE = "chart-image";

  /** Null unless the annotation is one that names the tags of a container. */
  static @Nullable TagFilter of(String annotation, String value) {
    for (String prefix :
        new String[] {"fluxcd.io/tag.", "flux.weave.works/tag.", "filter.fluxcd.io/"}) {
      if (annotation.startsWith(prefix)) {
        return new TagFilter(annotation.substring(prefix.length()), value);
      }
    }
    return null;
  }

  boolean isSemver() {
    return filter.startsWith("semver:");
  }

  /** The same choice as an ImagePolicy's {@code filterTags} and {@code policy}, in YAML. */
  String policy() {
    if (isSemver()) {
      return "  policy:\n    semver:\n      range: " + ScalarText.of(after(":")) + "\n";
    }
    return "  filterTags:\n    pattern: '"
        + pattern().replace("'", "''")
        + "'\n  policy:\n    alphabetical:\n      order: asc\n";
  }

  private String pattern() {
    if (filter.startsWith("regexp:") || filter.startsWith("regex:")) {
      return after(":");
    }
    String glob = filter.startsWith("glob:") ? after(":") : filter;
    StringBuilder regex = new StringBuilder("^");
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      if (c == '*') {
        regex.append(".*");
      } else if (".+?()[]{}|^$\\".indexOf(c) >= 0) {
        regex.append('\\').append(c);
      } else {
        regex.append(c);
      }
    }
    return regex.append('$').toString();
  }

  private String after(String mark) {
    return filter.substring(filter.indexOf(mark) + 1);
  }
}
