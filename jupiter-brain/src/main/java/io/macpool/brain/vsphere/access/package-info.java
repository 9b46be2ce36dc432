/**
 * Which vCenter, where in its inventory, and whom to trust. Entry: {@link
 * io.macpool.brain.vsphere.access.VSphereOptions}.
 *
 * <p>Invariants: values that do not change; certificates are verified unless the settings say
 * otherwise in so many words; credentials show in no log.
 */
@NullMarked
package io.macpool.brain.vsphere.access;

import org.jspecify.annotations.NullMarked;
