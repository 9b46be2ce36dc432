/**
 * Where contract tests find peers that others wrote (RabbitMQ, PostgreSQL, sshd, govmomi's vCenter
 * simulator, a Kubernetes API server), so that the same tests run against them and against our
 * simulators.
 *
 * <p>Belongs here: finding and, where a test needs its own settings, starting such a peer. Does not
 * belong here: simulators, and any test.
 */
package io.macpool.sim.peer;
