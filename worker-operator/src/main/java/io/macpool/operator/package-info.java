/**
 * The operator: watches WorkerClusters and HardwarePools and sizes worker pools accordingly.
 *
 * <p>Belongs here: settings, wiring, {@code main}. Deciding is {@code io.macpool.core.pool}'s;
 * Kubernetes is touched in {@code cluster} and {@code hardware}, workers in {@code control}, AMQP
 * in {@code queue}.
 */
@NullMarked
package io.macpool.operator;

import org.jspecify.annotations.NullMarked;
