package io.macpool.operator;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.macpool.operator.cluster.report.RoundFailedException;
import io.macpool.service.KnownFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;

/** What the framework logs while the API refuses or is away: a line each, without a trace. */
final class FrameworkFailures {

  static final List<KnownFailure> KNOWN = known();

  private FrameworkFailures() {}

  private static List<KnownFailure> known() {
    List<KnownFailure> known = new ArrayList<>();
    for (Class<? extends Exception> type :
        List.of(KubernetesClientException.class, IOException.class, TimeoutException.class)) {
      known.add(
          new KnownFailure(
              "io.fabric8.kubernetes.client.informers",
              type,
              "until then changes are not seen; if it goes on: is the API up, and does the"
                  + " service account have the role of the chart?"));
    }
    for (Class<? extends Exception> type :
        List.of(KubernetesClientException.class, RoundFailedException.class)) {
      known.add(
          new KnownFailure(
              "io.javaoperatorsdk.operator.processing.event",
              type,
              "nothing was granted that is not recorded; if it goes on: is the API up, and does"
                  + " the service account have the role of the chart?"));
    }
    known.add(
        new KnownFailure(
            "io.javaoperatorsdk.operator.processing.event.source.informer",
            Exception.class,
            "the watches are begun anew soon; if it goes on: is the API up, and does the service"
                + " account have the role of the chart?"));
    for (String logger :
        List.of("io.fabric8.kubernetes.client.informers", "io.javaoperatorsdk.operator")) {
      known.add(
          new KnownFailure(
              logger,
              RejectedExecutionException.class,
              "the framework was being stopped; whoever acts next lists everything anew"));
    }
    return List.copyOf(known);
  }
}
