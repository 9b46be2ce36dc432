/**
 * Forecasts that were told, kept until the waits come that they were about, and how often they
 * held. Making forecasts is of {@code core.forecast}; showing them is of the pages.
 */
@NullMarked
package io.macpool.console.forecast;

import org.jspecify.annotations.NullMarked;
