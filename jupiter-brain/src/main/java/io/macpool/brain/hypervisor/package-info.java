/**
 * What the broker needs of a hypervisor, in its own words: an inventory that is kept fresh by
 * events, and a few operations that complete when their task has ended.
 *
 * <p>Must not be here: any vendor's type, protocol or fault class; {@code vsphere} implements this.
 */
@NullMarked
package io.macpool.brain.hypervisor;

import org.jspecify.annotations.NullMarked;
