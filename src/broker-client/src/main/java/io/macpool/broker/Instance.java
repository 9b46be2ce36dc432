package io.macpool.broker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.macpool.core.fleet.Endpoint;
import io.macpool.core.fleet.GuestAddresses;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One instance on the wire. The first six members are what old clients know; the rest is ours and
 * left out when unknown.
 *
 * @param id the VM's name, a UUID
 * @param ipAddresses null or empty until the guest reports one
 * @param state {@code powered-on}, {@code powered-off}, {@code suspended}, empty or {@code unknown}
 * @param age how long ago it was created; on the wire in Go's syntax
 * @param warm true while it waits, booted, for an owner
 * @param endpoints where a relay takes SSH for a guest that can't be reached at an address of its
 *     own; null for others
 * @param provider who has it; null where the broker has one provider
 */
@JsonPropertyOrder({
  "type",
  "id",
  "ip-addresses",
  "state",
  "created_at",
  "age",
  "base-image",
  "host",
  "owner",
  "phase",
  "warm",
  "expires-at",
  "endpoints",
  "provider"
})
public record Instance(
    String type,
    @JsonProperty(required = true) String id,
    @JsonProperty("ip-addresses") @Nullable List<String> ipAddresses,
    String state,
    @JsonProperty("created_at") Instant createdAt,
    Duration age,
    @JsonInclude(Include.NON_NULL) @JsonProperty("base-image") @Nullable String baseImage,
    @JsonInclude(Include.NON_NULL) @Nullable String host,
    @JsonInclude(Include.NON_NULL) @Nullable String owner,
    @JsonInclude(Include.NON_NULL) @Nullable String phase,
    @JsonInclude(Include.NON_NULL) @Nullable Boolean warm,
    @JsonInclude(Include.NON_NULL) @JsonProperty("expires-at") @Nullable Instant expiresAt,
    @JsonInclude(Include.NON_NULL) @Nullable List<Relayed> endpoints,
    @JsonInclude(Include.NON_NULL) @Nullable String provider) {

  /** An answer without these is none. */
  public Instance {
    Objects.requireNonNull(id, "id");
  }

  /** What {@code type} says of an instance. */
  public static final String TYPE = "instances";

  /** The header of a create by which a client says, with any value, that it knows endpoints. */
  public static final String KNOWS_ENDPOINTS = "Macpool-Endpoints";

  /** An address with a port of its own. */
  public record Relayed(String address, int port) {}

  /** One of the only provider that is reached at its own addresses. */
  public Instance(
      String type,
      String id,
      @Nullable List<String> ipAddresses,
      String state,
      Instant createdAt,
      Duration age,
      @Nullable String baseImage,
      @Nullable String host,
      @Nullable String owner,
      @Nullable String phase,
      @Nullable Boolean warm,
      @Nullable Instant expiresAt) {
    this(
        type,
        id,
        ipAddresses,
        state,
        createdAt,
        age,
        baseImage,
        host,
        owner,
        phase,
        warm,
        expiresAt,
        null,
        null);
  }

  /** What to dial side by side, in this order; empty until the guest reports something. */
  public List<Endpoint> dialable() {
    if (endpoints != null && !endpoints.isEmpty()) {
      return endpoints.stream().map(one -> Endpoint.of(one.address(), one.port())).toList();
    }
    return ipAddresses == null
        ? List.of()
        : GuestAddresses.inTurn(ipAddresses).stream().map(Endpoint::of).toList();
  }

  /** The address that an old client dials: the first IPv4 one. */
  public Optional<String> ipv4() {
    return ipAddresses == null
        ? Optional.empty()
        : ipAddresses.stream().filter(address -> address.indexOf(':') < 0).findFirst();
  }
}
