/**
 * The command {@code macpool}: commands, what they print, and the SSH client that they start. Knows
 * the pool by the broker's HTTP API alone; plans nothing and keeps nothing.
 */
package io.macpool.cli;
