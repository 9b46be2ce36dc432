/**
 * What the console keeps in a database: the last day of the pool exactly, reports of hours and days
 * before that, waits and outcomes of jobs, and forecasts with what came.
 *
 * <p>Belongs here: tables and statements, which H2 and PostgreSQL both take. Every method waits for
 * the database, and fails with a {@link io.macpool.console.history.HistoryException} alone.
 *
 * <p>Must not be here: what watches peers, what shows.
 */
@NullMarked
package io.macpool.console.history;

import org.jspecify.annotations.NullMarked;
