/**
 * Rules over an environment as a whole: its name, what Flux finds of it, what depends on what.
 * Entries are the rules, which {@code Checker} lists.
 *
 * <p>Invariants: a name that is depended on is looked for in the same environment only; names that
 * wait for each other are one problem, not many.
 */
@NullMarked
package io.macpool.gitops.check.environment;

import org.jspecify.annotations.NullMarked;
