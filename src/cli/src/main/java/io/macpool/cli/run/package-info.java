/** {@code macpool run}: one command on a fresh Mac. */
@NullMarked
package io.macpool.cli.run;

import org.jspecify.annotations.NullMarked;
