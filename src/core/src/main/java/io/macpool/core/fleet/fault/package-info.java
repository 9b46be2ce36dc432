/**
 * Who is to blame for failed creates: the image, the host, or neither. Begin with {@code
 * FaultAttribution}.
 *
 * <p>What always holds: blame rests on comparison, and the order of the evidence does not matter.
 */
@NullMarked
package io.macpool.core.fleet.fault;

import org.jspecify.annotations.NullMarked;
