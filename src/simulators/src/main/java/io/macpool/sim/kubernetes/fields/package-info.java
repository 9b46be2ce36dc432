/**
 * Who owns which field, and what a patch makes of an object. Entry: {@link
 * io.macpool.sim.kubernetes.fields.ServerSideApply}.
 *
 * <p>Invariants: all are functions of objects; nothing here reads or writes the store. An applier
 * never takes a field from another without force.
 */
@NullMarked
package io.macpool.sim.kubernetes.fields;

import org.jspecify.annotations.NullMarked;
