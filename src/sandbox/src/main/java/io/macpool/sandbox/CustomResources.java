package io.macpool.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The definitions that the operator's chart brings to a cluster. */
final class CustomResources {

  private static final List<String> DEFINITIONS =
      List.of("/crds/workerclusters.travisci.com.yaml", "/crds/hardwarepools.travisci.com.yaml");

  private CustomResources() {}

  static void apply(Cluster cluster) throws IOException {
    for (String definition : DEFINITIONS) {
      try (InputStream stream = CustomResources.class.getResourceAsStream(definition)) {
        if (stream == null) {
          throw new IOException(definition + " is missing from the jar");
        }
        cluster.apply(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
  }
}
