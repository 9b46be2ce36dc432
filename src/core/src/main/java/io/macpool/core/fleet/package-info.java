/**
 * Hosts, their slots, images and instances, and the planners that decide about them: where an
 * instance goes ({@code PlacementPlanner}), what must be destroyed ({@code ReclaimPlanner}), what
 * is kept booted in advance ({@code WarmPoolPlanner}).
 *
 * <p>Must not be here: how hosts are read or instances made; a planner gets values and an instant
 * and answers with a decision and its reasons.
 */
package io.macpool.core.fleet;
