/**
 * Whether an object is one that the API server would take. Belongs here: schemas and the walk over
 * them. Not here: what a release ought to say.
 */
@NullMarked
package io.macpool.gitops.schema;

import org.jspecify.annotations.NullMarked;
