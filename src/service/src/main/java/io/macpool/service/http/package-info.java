/**
 * What a service listens with: the admin endpoints ({@code AdminServer}), event loops, and the
 * limits on connections of strangers.
 *
 * <p>What always holds: handlers never block an event loop, and who owns a listener closes it.
 */
@NullMarked
package io.macpool.service.http;

import org.jspecify.annotations.NullMarked;
