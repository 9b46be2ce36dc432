package io.macpool.operator.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What watches show of a cluster's objects; may lag behind the API. */
interface ClusterCaches {

  /** Pods with these labels, in whatever phase. */
  List<Pod> pods(String namespace, Map<String, String> labels);

  Optional<Deployment> deployment(ClusterKey cluster);
}
