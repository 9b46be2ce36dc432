package io.macpool.operator.control;

import io.macpool.service.setting.Secret;
import java.net.URI;
import java.util.Objects;

/**
 * Where a worker's remote control is, and how to be let in.
 *
 * @param uri {@code http://POD-IP:PORT}
 * @param credential {@code USER:PASSWORD}
 */
public record WorkerEndpoint(URI uri, Secret credential) {

  public WorkerEndpoint {
    Objects.requireNonNull(uri, "uri");
    Objects.requireNonNull(credential, "credential");
  }

  /** The endpoint on an IPv4 or IPv6 address. */
  public static WorkerEndpoint at(String ip, int port, Secret credential) {
    String host = ip.contains(":") ? "[" + ip + "]" : ip;
    return new WorkerEndpoint(URI.create("http://" + host + ":" + port), credential);
  }
}
