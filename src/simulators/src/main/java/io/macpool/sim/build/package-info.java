/**
 * The build-script service, simulated: a job's payload in, a bash script with the meaning of the
 * field's generator out.
 *
 * <p>What it means: a command of {@code before_install}, {@code install} or {@code before_script}
 * that fails stops the script with status 2 (the job is errored); every command of {@code script}
 * runs, and one that fails makes the status 1 (failed); {@code after_success}, {@code
 * after_failure} and {@code after_script} change nothing. It fetches no source code and knows no
 * language's defaults: a config without {@code script} runs nothing and passes.
 *
 * <p>Must not be here: how a script is run.
 */
@NullMarked
package io.macpool.sim.build;

import org.jspecify.annotations.NullMarked;
