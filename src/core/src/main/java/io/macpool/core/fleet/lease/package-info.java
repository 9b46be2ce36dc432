/**
 * How long a client holds its instance without a word ({@code Lease}), and which leases have run
 * out ({@code LeasePlanner}).
 *
 * <p>What always holds: silence alone ends no lease; another holder was heard after its time.
 */
@NullMarked
package io.macpool.core.fleet.lease;

import org.jspecify.annotations.NullMarked;
