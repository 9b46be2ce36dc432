/**
 * The VM broker: {@code Main} starts it, {@code JupiterBrain} wires it, {@code BrainSettings} says
 * what may be set.
 *
 * <p>Belongs here: wiring alone. What the broker does lives below: {@code http} answers clients,
 * {@code lifecycle} makes, hands over and destroys instances, {@code ledger} remembers them, {@code
 * hypervisor} is what the broker needs of vCenter in plain terms, and {@code vsphere} is the only
 * place that speaks SOAP.
 */
@NullMarked
package io.macpool.brain;

import org.jspecify.annotations.NullMarked;
