/** What a person reads on a screen or in a pipe: tables, live views, failures in words. */
@NullMarked
package io.macpool.cli.screen;

import org.jspecify.annotations.NullMarked;
