/**
 * Whether an object is one that the API server would take. Belongs here: schemas and the walk over
 * them. Not here: what a release ought to say.
 */
package io.macpool.gitops.schema;
