/**
 * Who is to blame for failed creates: the image, the host, or neither. Begin with {@code
 * FaultAttribution}.
 *
 * <p>What always holds: blame rests on comparison, and the order of the evidence does not matter.
 */
package io.macpool.core.fleet.fault;
