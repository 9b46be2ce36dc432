/** {@code macpool run}: one command on a fresh Mac. */
package io.macpool.cli.run;
