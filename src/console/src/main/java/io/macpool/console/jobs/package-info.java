/**
 * What workers tell of jobs: kept in memory, and taken apart into phases.
 *
 * <p>Must not be here: how it is heard, and how it is shown.
 */
@NullMarked
package io.macpool.console.jobs;

import org.jspecify.annotations.NullMarked;
