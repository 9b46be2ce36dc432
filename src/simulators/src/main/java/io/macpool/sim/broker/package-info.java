/**
 * The VM broker's HTTP API, simulated in process, for tests of its clients: a worker that boots
 * guests, an operator that reads capacity. No vSphere, no ledger: what it forgets when it closes is
 * gone.
 *
 * <p>Must not be here: anything of the real broker's inside.
 */
@NullMarked
package io.macpool.sim.broker;

import org.jspecify.annotations.NullMarked;
