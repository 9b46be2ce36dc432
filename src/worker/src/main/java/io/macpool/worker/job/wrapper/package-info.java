/**
 * The shell script that runs the script of a job in the instance, and the dialogue with it. Entry:
 * {@link io.macpool.worker.job.wrapper.WrapperChannel}.
 *
 * <p>Invariants: only a line with the nonce of this session counts; nothing that SSH says of the
 * command is taken for the status of the script; secrets go by standard input only.
 */
@NullMarked
package io.macpool.worker.job.wrapper;

import org.jspecify.annotations.NullMarked;
