/**
 * Guests by OpenSSH's client: commands, their streams, signals and ends, and files. Knows nothing
 * of leases.
 */
@NullMarked
package io.macpool.cli.guest;

import org.jspecify.annotations.NullMarked;
