/**
 * A Kubernetes API server, simulated in process, with the controllers and the node that turn
 * Deployments into running pods. docs/adr/0003-own-kubernetes-simulator.md tells why it is not
 * fabric8's mock server.
 *
 * <p>Served as by the real one: create, get, list, update, JSON, merge and strategic merge patches,
 * server-side apply with managedFields and conflicts between appliers, deletion with finalizers,
 * preconditions, orphaning and pod grace periods, status and scale subresources, generations,
 * optimistic locking, label and field selectors, dry runs, watches over HTTP and WebSocket that
 * resume or are told 410, custom resource definitions with their schema's types and defaults,
 * owner-reference garbage collection, discovery and tables for {@code kubectl}.
 *
 * <p>Not as by the real one: no TLS, one user who may do everything, namespaces come to be when
 * first used, lists are never paged, CEL rules are not evaluated, ordinary writes own no fields,
 * only a pod's first container runs, and readiness is what the runner says, not what a probe finds.
 *
 * <p>Belongs here: HTTP, verbs, watches, and the controllers of Deployments and ReplicaSets. Rooms
 * of their own: {@code store} (objects and types), {@code fields} (owners, patches, apply), {@code
 * admission} (what is refused and what is filled in), {@code node} (what runs pods). Anything of
 * the operator or a worker has no place here.
 */
@NullMarked
package io.macpool.sim.kubernetes;

import org.jspecify.annotations.NullMarked;
