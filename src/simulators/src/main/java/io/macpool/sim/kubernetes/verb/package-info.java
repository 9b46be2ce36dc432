/**
 * What the API does to objects: create, change, delete. Entry: {@link
 * io.macpool.sim.kubernetes.verb.Verbs}.
 *
 * <p>Invariant: each verb is one transaction of the store, and a change that changes nothing makes
 * no new revision.
 */
@NullMarked
package io.macpool.sim.kubernetes.verb;

import org.jspecify.annotations.NullMarked;
