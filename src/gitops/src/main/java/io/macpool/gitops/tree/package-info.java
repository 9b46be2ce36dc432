/**
 * The deployment tree as values: charts, environments, releases. Belongs here: what stands in the
 * files, and where. Not here: judgement on it.
 */
@NullMarked
package io.macpool.gitops.tree;

import org.jspecify.annotations.NullMarked;
