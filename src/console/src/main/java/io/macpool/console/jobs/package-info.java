/**
 * What workers tell of jobs: kept in memory, and taken apart into phases.
 *
 * <p>Must not be here: how it is heard, and how it is shown.
 */
package io.macpool.console.jobs;
