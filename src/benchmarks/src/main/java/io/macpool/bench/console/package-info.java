/** What the console's reports and forecasts take, and what its viewers do. */
package io.macpool.bench.console;
