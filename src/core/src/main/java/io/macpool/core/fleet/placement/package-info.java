/**
 * Which host a new instance goes to ({@code PlacementPlanner}), which images are kept booted in
 * advance ({@code WarmPoolPlanner}) or suspended ({@code SuspendPlanner}), and when a slot follows
 * a machine that moved ({@code SlotMovePlanner}).
 *
 * <p>What always holds: no plan gives a host more machines than it has slots, and a load that is
 * unknown counts as full.
 */
@NullMarked
package io.macpool.core.fleet.placement;

import org.jspecify.annotations.NullMarked;
