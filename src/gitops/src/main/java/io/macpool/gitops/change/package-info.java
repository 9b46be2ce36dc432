/**
 * Changes to the tree: what one would do to the cluster, and the changes that a program can write
 * for a person. Not here: printing, and writing files.
 */
@NullMarked
package io.macpool.gitops.change;

import org.jspecify.annotations.NullMarked;
