/**
 * The fence around vSphere: the only packages that know SOAP, yavijava and the faults of vCenter.
 * Entry: {@link VSphereHypervisor}; {@link VSphereFolders} for the janitor.
 *
 * <p>Of yavijava only the data classes and the method stubs are used. Transport, marshalling and
 * unmarshalling are ours, because its own verify no certificate, resolve external entities, wait
 * without end, repeat a POST whose answer was lost, and fail on any type newer than 2017.
 *
 * <p>How it holds together: in {@code access} is which vCenter and whom to trust; in {@code soap},
 * {@code SoapTransport} moves bytes and {@code VimClient} turns method calls into envelopes and
 * back; {@code fault} says what a failure means. Here, {@code Sessions} owns the one login, {@code
 * PropertyStream} follows what vCenter changes and feeds {@code InventoryAssembler} and {@code
 * TaskTracker}, and {@code VSphereHypervisor} offers it all as a {@code Hypervisor}. No type of
 * {@code com.vmware} crosses.
 */
@NullMarked
package io.macpool.brain.vsphere;

import org.jspecify.annotations.NullMarked;
