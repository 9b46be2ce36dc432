package io.macpool.gitops.helm;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.macpool.gitops.tree.Chart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A chart of a test's own, without values. */
record SmallChart(Path root) {

  static final String OBJECT = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: more}\n";

  /** {@code OBJECT} in the text stands for an object. */
  SmallChart with(String file, String text) {
    try {
      Path path = root.resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, text.replace("OBJECT", "\n" + OBJECT));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Chart chart() {
    with("Chart.yaml", "apiVersion: v2\nname: small\nversion: 1.0.0\n");
    JsonNodeFactory json = JsonNodeFactory.instance;
    return new Chart(
        "small",
        Path.of("charts/small"),
        root,
        "1.0.0",
        "1.0.0",
        "small",
        json.objectNode(),
        json.objectNode(),
        List.of());
  }
}
