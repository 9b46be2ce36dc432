/**
 * A vCenter that behaves as clients of the real one have to expect, in this process, over TCP.
 *
 * <p>Belongs here: the machines and hosts, what can be done with them, tasks, and the wiring in
 * {@link io.macpool.sim.vcenter.VCenterSimulator}. The rest has rooms of its own: {@code options}
 * (how it is set up), {@code inventory} (managed objects behind one lock), {@code session}
 * (sessions and property collectors), {@code fault} (what goes wrong), {@code soap} (XML), {@code
 * guest} (which starts what runs inside a machine; {@code io.macpool.sim.ssh} implements it). Any
 * rule of our own services has no place here: slots are none of vCenter's business, so it
 * overcommits a host without a word and only remembers that it did ({@link
 * io.macpool.sim.vcenter.PeakUsage}).
 *
 * <p>What it takes from the real one, where other simulators are kinder:
 *
 * <ul>
 *   <li>Without a session every call but RetrieveServiceContent and Login is a NotAuthenticated
 *       fault. A session ends after its idle time; a call that waits keeps it alive. A second login
 *       on a live session is InvalidLogin. A session's collectors, filters and views end with it.
 *   <li>A clone is in the inventory, with a host, from the start of its task, and without {@code
 *       config} until its end; operations on it are TaskInProgress. It is gone again when the task
 *       fails or is cancelled. Its name is taken from the start: DuplicateName, by the task.
 *   <li>A linked clone needs a snapshot of its own source; its disk names its parent.
 *   <li>Power states are minded: InvalidPowerState, by the task, for on when on, off when off,
 *       destroy when on, instant clone when the source is off. CPUs and memory change when off
 *       only.
 *   <li>{@code runtime.bootTime} comes with power-on, the guest's address after the boot delay;
 *       both go with power-off.
 *   <li>A version of the property collector is a number that goes up. The one before the last is
 *       good for a retry after a lost answer; any other is InvalidCollectorVersion. Updates and
 *       reads come in pages. A property that a type does not have is InvalidProperty.
 *   <li>What came with 6.7 is hidden from a client whose SOAPAction says less.
 *   <li>Without DRS, a clone must name its host. With it, the host with the fewest machines is
 *       taken.
 *   <li>A disconnected host's machines keep their last state and refuse operations.
 * </ul>
 *
 * <p>What it does not have: events, alarms, permissions, customization, vMotion, networks, resource
 * limits, array paths like {@code device[4000]}; of properties, those that a broker of virtual
 * machines reads. An instant clone starts on its source's host unless another is named. Only the
 * first segment of a property's path is checked.
 *
 * <p>Costs: a change costs its watchers; a long poll's answer costs what changed; neither grows
 * with the inventory.
 */
package io.macpool.sim.vcenter;
