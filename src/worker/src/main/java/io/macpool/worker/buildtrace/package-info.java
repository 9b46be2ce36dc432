/**
 * Where the traces that scripts write of themselves are kept: a directory, or a bucket of S3.
 *
 * <p>Must not be here: when a trace is fetched, and what a job's end owes to it, which is nothing.
 */
@NullMarked
package io.macpool.worker.buildtrace;

import org.jspecify.annotations.NullMarked;
