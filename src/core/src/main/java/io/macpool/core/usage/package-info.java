/**
 * What the hardware was used for: {@link io.macpool.core.usage.UsageReport} accounts for every slot
 * of a period, {@link io.macpool.core.usage.CapacityReplay} runs a period's load on other hardware.
 *
 * <p>Belongs here: values of a recorded past and pure functions of them. Time that nobody recorded
 * is a use of its own, never idle.
 *
 * <p>Must not be here: clocks, storage, waits to come ({@link io.macpool.core.forecast}).
 */
@NullMarked
package io.macpool.core.usage;

import org.jspecify.annotations.NullMarked;
