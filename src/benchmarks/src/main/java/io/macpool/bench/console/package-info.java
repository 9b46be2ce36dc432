/** What the console's reports and forecasts take. */
package io.macpool.bench.console;
