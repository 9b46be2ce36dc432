/**
 * How a simulated vCenter is set up: images, hosts, how long its operations take, and what it tells
 * of its machines. Entry: {@link io.macpool.sim.vcenter.options.VCenterOptions}.
 *
 * <p>Invariants: all are values; nothing here changes after the simulator has started.
 */
@NullMarked
package io.macpool.sim.vcenter.options;

import org.jspecify.annotations.NullMarked;
