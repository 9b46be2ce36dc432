/** What a person reads on a screen or in a pipe: tables, live views, failures in words. */
package io.macpool.cli.screen;
