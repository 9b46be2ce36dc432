/**
 * What a release means, as rules: each is one class, sees the whole tree, and tells every problem
 * that it finds with file, line and remedy. Entry: {@link Checker}, which lists all rules in order.
 * Rules over files, charts and rollouts are here; those over environments, images and secrets are
 * in packages of their own. Not here: how problems are printed, or where the tree comes from.
 */
@NullMarked
package io.macpool.gitops.check;

import org.jspecify.annotations.NullMarked;
