package io.macpool.core.simulation;

import io.macpool.core.job.Verdict;

/**
 * A finish or reset.
 *
 * @param id the same if it comes twice
 * @param key of the message that it ends
 * @param startFailures so often the job failed to start by now
 */
record Report(String id, String key, int job, Verdict verdict, int startFailures) {}
