/**
 * The commands: what a person types, and how the answer is printed. Not here: rules, rendering, or
 * anything that a test would want without a command line.
 */
@NullMarked
package io.macpool.gitops.cli;

import org.jspecify.annotations.NullMarked;
