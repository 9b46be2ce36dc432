/**
 * What rounds tell: conditions, Events, gauges, refusals of the API; and the token without which
 * they do nothing. Entry: {@link io.macpool.operator.cluster.report.ClusterEvents}.
 *
 * <p>Invariants: an Event is written when something changes, never as a heartbeat; one that cannot
 * be written stops nothing; without leadership nothing is written at all.
 */
@NullMarked
package io.macpool.operator.cluster.report;

import org.jspecify.annotations.NullMarked;
