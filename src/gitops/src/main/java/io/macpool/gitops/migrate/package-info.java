/**
 * Release files of Flux v1, all three forms of them, as releases of Flux v2. What cannot be carried
 * is told, never dropped in silence.
 */
@NullMarked
package io.macpool.gitops.migrate;

import org.jspecify.annotations.NullMarked;
