/**
 * The fence around vSphere: the only package that knows SOAP, yavijava's types and vCenter's
 * faults.
 *
 * <p>Of yavijava only the data classes and the method stubs are used. Transport, marshalling and
 * unmarshalling are ours, because its own verify no certificate, resolve external entities, wait
 * without end, repeat a POST whose answer was lost, and fail on any type newer than 2017.
 *
 * <p>How it holds together: {@code SoapTransport} moves bytes, {@code VimClient} turns method calls
 * into envelopes and back, {@code Sessions} owns the one login, {@code PropertyStream} follows
 * vCenter's changes and feeds {@code InventoryAssembler} and {@code TaskTracker}, and {@code
 * VSphereHypervisor} offers it all as a {@code Hypervisor}. No type of {@code com.vmware} crosses.
 */
package io.macpool.brain.vsphere;
