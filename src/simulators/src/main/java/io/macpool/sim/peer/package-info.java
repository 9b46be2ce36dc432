/**
 * Where contract tests find peers that others wrote (RabbitMQ, PostgreSQL, sshd, govmomi's vCenter
 * simulator, a Kubernetes API server, kustomize, SOPS and Helm), so that the same tests run against
 * them and against our simulators.
 *
 * <p>At the end of {@code mvn verify} one line says which peers were tested and which were not;
 * with {@code -Dpeers.required=rabbitmq,sshd} a build in which one of those was not, fails.
 *
 * <p>Belongs here: finding and, where a test needs its own settings, starting such a peer. Does not
 * belong here: simulators, and any test.
 */
@NullMarked
package io.macpool.sim.peer;

import org.jspecify.annotations.NullMarked;
