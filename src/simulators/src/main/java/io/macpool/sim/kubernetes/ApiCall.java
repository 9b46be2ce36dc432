package io.macpool.sim.kubernetes;

import java.util.Objects;

/**
 * One call as it reached the API.
 *
 * @param resource {@code pods}, {@code deployments.apps}, {@code workerclusters.travisci.com}
 * @param namespace empty for all, or for a resource without
 * @param name empty for a collection
 * @param subresource {@code status}, {@code scale} or empty
 */
public record ApiCall(
    Verb verb, String resource, String namespace, String name, String subresource) {

  /** What is asked for, in the words of RBAC. */
  public enum Verb {
    GET,
    LIST,
    WATCH,
    CREATE,
    UPDATE,
    PATCH,
    DELETE;

    /** Whether it may change something. */
    public boolean isWrite() {
      return switch (this) {
        case CREATE, UPDATE, PATCH, DELETE -> true;
        case GET, LIST, WATCH -> false;
      };
    }
  }

  public ApiCall {
    Objects.requireNonNull(verb, "verb");
    Objects.requireNonNull(resource, "resource");
    Objects.requireNonNull(namespace, "namespace");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(subresource, "subresource");
  }

  /** Whether it is about a leader-election lease: such calls never end. */
  public boolean isLease() {
    return resource.equals("leases.coordination.k8s.io");
  }
}
