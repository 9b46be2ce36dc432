/**
 * HardwarePools: how many slots there are, and which cluster may take how many.
 *
 * <p>Belongs here: the ledger of slots held, the reader of a broker's capacity, the HardwarePool's
 * reconciler. Must not be here: how shares are computed, which is {@code core.pool}'s.
 */
@NullMarked
package io.macpool.operator.hardware;

import org.jspecify.annotations.NullMarked;
