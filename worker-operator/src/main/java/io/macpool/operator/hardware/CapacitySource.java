package io.macpool.operator.hardware;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.broker.BrokerJson;
import io.macpool.broker.Capacity;
import io.macpool.broker.net.BoundedExchange;
import io.macpool.core.PeerUrl;
import io.macpool.service.setting.Secret;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads the slots of a VM broker's hosts: {@code GET /capacity}. */
public final class CapacitySource implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int LONGEST_ANSWER = 4 << 20; // a thousand hosts take some 100 KiB

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final Optional<Secret> defaultToken;

  public CapacitySource(Optional<Secret> defaultToken) {
    this.defaultToken = defaultToken;
  }

  /**
   * Reads the total of slots.
   *
   * @param provider whose hosts count; empty: all of the broker's
   * @throws IOException with a phrase for a person
   */
  public int slots(String brokerUrl, Optional<String> provider, Optional<Secret> token)
      throws IOException {
    URI uri = capacity(brokerUrl);
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(TIMEOUT);
    token
        .or(() -> defaultToken)
        .ifPresent(secret -> request.header("Authorization", "token " + secret.reveal()));
    try {
      HttpResponse<byte[]> response =
          BoundedExchange.await(client, request.build(), LONGEST_ANSWER);
      if (response.statusCode() != 200) {
        throw new IOException("GET " + uri + " answered " + response.statusCode());
      }
      JsonNode data = BrokerJson.mapper().readTree(response.body()).path("data");
      JsonNode first = data.isArray() ? data.path(0) : data;
      Capacity capacity = BrokerJson.mapper().treeToValue(first, Capacity.class);
      if (capacity == null || capacity.slots() == null) {
        throw new IOException("GET " + uri + " tells no slots");
      }
      return provider.isEmpty() ? capacity.slots().total() : slots(capacity, provider.get(), uri);
    } catch (ConnectException e) {
      throw new IOException("no connection to " + uri.getAuthority(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while reading " + uri, e);
    }
  }

  /** A provider of whose hosts the broker knows none has an unknown number of slots, not none. */
  private static int slots(Capacity capacity, String provider, URI uri) throws IOException {
    List<Capacity.HostSlots> hosts = capacity.byHost() == null ? List.of() : capacity.byHost();
    if (hosts.stream().noneMatch(host -> provider.equals(host.provider()))) {
      String named =
          hosts.stream()
              .map(Capacity.HostSlots::provider)
              .filter(Objects::nonNull)
              .distinct()
              .sorted()
              .collect(Collectors.joining(", "));
      throw new IOException(
          "GET %s tells no host of the provider %s, but %s"
              .formatted(uri, provider, named.isEmpty() ? "names no providers" : "of " + named));
    }
    return hosts.stream()
        .filter(host -> provider.equals(host.provider()))
        .mapToInt(Capacity.HostSlots::total)
        .sum();
  }

  private static URI capacity(String brokerUrl) throws IOException {
    try {
      return URI.create(PeerUrl.parseHttp(brokerUrl).base() + "/capacity");
    } catch (IllegalArgumentException e) {
      throw new IOException("the URL of the pool's broker " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    // The HTTP client of JDK 17 owns nothing that outlives it.
  }
}
