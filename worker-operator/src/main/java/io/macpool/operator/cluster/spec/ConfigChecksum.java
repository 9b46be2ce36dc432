package io.macpool.operator.cluster.spec;

import java.util.Optional;

/** Tells when what a template reads by name has changed. */
public interface ConfigChecksum {

  /** A checksum of the Secrets and ConfigMaps that the template names; nothing if not followed. */
  Optional<String> of(String namespace, ClusterSpec spec);
}
