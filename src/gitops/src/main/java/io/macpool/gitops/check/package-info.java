/**
 * What a release means, as rules: each is one class, sees the whole tree, and tells every problem
 * that it finds with file, line and remedy. Not here: how problems are printed, or where the tree
 * comes from.
 */
package io.macpool.gitops.check;
