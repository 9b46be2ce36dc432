/**
 * Guests by OpenSSH's client: commands, their streams, signals and ends, and files. Knows nothing
 * of leases.
 */
package io.macpool.cli.guest;
