/**
 * Holds one GitHub Actions runner scale set: each job gets a runner on an instance of its own,
 * which is destroyed at its end.
 */
@NullMarked
package io.macpool.scaleset;

import org.jspecify.annotations.NullMarked;
