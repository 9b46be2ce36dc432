/**
 * Errors in the log, reported to Sentry as well. The only place that knows its library.
 *
 * <p>Must not be here: what is logged. An error is reported because it is logged as one.
 */
@NullMarked
package io.macpool.service.sentry;

import org.jspecify.annotations.NullMarked;
