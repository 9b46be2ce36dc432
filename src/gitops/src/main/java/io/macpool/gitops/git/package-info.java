/** What Git remembers of the tree, read through the {@code git} program. */
@NullMarked
package io.macpool.gitops.git;

import org.jspecify.annotations.NullMarked;
