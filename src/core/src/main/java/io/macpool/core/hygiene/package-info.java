/**
 * When a host rests, is drained, rebooted, tried and taken back ({@code HostHygienePlanner}), and
 * what is noticed of hosts that speaks for it.
 *
 * <p>Must not be here: how a host is seen, asked to reboot or tried.
 */
@NullMarked
package io.macpool.core.hygiene;

import org.jspecify.annotations.NullMarked;
