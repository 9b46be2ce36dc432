/**
 * Worker pools: how many jobs a cluster of workers may run, and how its pods share them.
 *
 * <p>Belongs here: the planners of pool sizes ({@link io.macpool.core.pool.PoolSizePlanner}), of a
 * cluster's limit ({@link io.macpool.core.pool.AutoscalePlanner}) and of the slots that clusters
 * share ({@link io.macpool.core.pool.FairSharePlanner}), with the values they speak in.
 *
 * <p>Must not be here: Kubernetes, HTTP, AMQP, clocks, threads. Every planner is a pure function of
 * values, gives the same answer for every order of its input, and tells the reason of what it
 * decides.
 */
@NullMarked
package io.macpool.core.pool;

import org.jspecify.annotations.NullMarked;
