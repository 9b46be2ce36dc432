/**
 * The client of the build-script generator: a job's payload in, a bash script out.
 *
 * <p>Must not be here: what becomes of a job whose script can't be had.
 */
@NullMarked
package io.macpool.worker.script;

import org.jspecify.annotations.NullMarked;
