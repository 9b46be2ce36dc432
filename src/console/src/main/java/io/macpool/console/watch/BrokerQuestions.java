package io.macpool.console.watch;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.Capacity;
import io.macpool.broker.HostInfo;
import io.macpool.broker.ImageInfo;
import io.macpool.broker.Instance;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One round of questions to the broker: all are answered, or the round has failed. */
public final class BrokerQuestions {

  private final BrokerClient client;

  public BrokerQuestions(BrokerClient client) {
    this.client = client;
  }

  public CompletableFuture<BrokerState> ask() {
    CompletableFuture<List<HostInfo>> hosts = client.hosts();
    CompletableFuture<List<Instance>> instances = client.list();
    CompletableFuture<List<ImageInfo>> images = client.images();
    CompletableFuture<Capacity> capacity =
        client
            .capacity()
            .thenApply(
                found ->
                    found.orElseThrow(
                        () ->
                            new IllegalStateException(
                                "it has no /capacity: an old broker can't be shown")));
    return CompletableFuture.allOf(hosts, instances, images, capacity)
        .thenApply(
            all -> new BrokerState(hosts.join(), instances.join(), capacity.join(), images.join()));
  }
}
