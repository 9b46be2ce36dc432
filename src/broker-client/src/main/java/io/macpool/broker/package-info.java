/**
 * The VM broker's HTTP contract as records, and its client. The broker writes these records and its
 * clients read them, so both sides agree by construction; the broker serves an OpenAPI document of
 * the wire form.
 *
 * <p>How any peer is asked is {@code net}'s. Must not be here: anything of the broker's inside
 * (ledger, vSphere) or of a client's.
 */
@NullMarked
package io.macpool.broker;

import org.jspecify.annotations.NullMarked;
