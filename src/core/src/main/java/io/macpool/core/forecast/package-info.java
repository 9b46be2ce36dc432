/**
 * How long a job will wait: {@link io.macpool.core.forecast.WaitForecast} foretells a band, {@link
 * io.macpool.core.forecast.ForecastCalibration} learns from what came how wide it must be.
 *
 * <p>Belongs here: values and pure functions about waits that are still to come.
 *
 * <p>Must not be here: clocks, queues, records of the past ({@link io.macpool.core.usage}). The
 * simulation draws pseudo-random numbers that are the same at each call, so that the same question
 * has the same answer.
 */
@NullMarked
package io.macpool.core.forecast;

import org.jspecify.annotations.NullMarked;
