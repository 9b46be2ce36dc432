/**
 * What a cluster is to be: its resource as a validated record, and the Deployment, the credential
 * and the checksum of its configuration that follow from it. Entry: {@link
 * io.macpool.operator.cluster.spec.SpecReader}.
 *
 * <p>Invariants: a spec is valid or it is not there; an object that is unchanged costs no write; of
 * Secrets and ConfigMaps of others nothing is kept but a checksum; a credential that was given to
 * pods is not made anew while they run.
 */
@NullMarked
package io.macpool.operator.cluster.spec;

import org.jspecify.annotations.NullMarked;
