/** The simulated vCenter and what it asks of the guests of its virtual machines. */
package io.macpool.sim.vcenter;
