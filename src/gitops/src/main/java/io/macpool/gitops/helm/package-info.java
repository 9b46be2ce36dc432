/** Helm itself, in this process: the only package that calls the vendor's library. */
@NullMarked
package io.macpool.gitops.helm;

import org.jspecify.annotations.NullMarked;
