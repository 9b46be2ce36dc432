/**
 * What every service shares: settings from flags and environment, logs, metrics, the admin
 * endpoints, orderly shutdown.
 *
 * <p>Belongs here: what two services would otherwise write twice and that says nothing of jobs,
 * hosts or pools. Must not be here: domain rules (they are {@code core}'s), vendor clients.
 */
@NullMarked
package io.macpool.service;

import org.jspecify.annotations.NullMarked;
