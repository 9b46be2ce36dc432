/** What Git remembers of the tree, read through the {@code git} program. */
package io.macpool.gitops.git;
