package io.macpool.brain.vsphere;

import com.vmware.vim25.ManagedObjectReference;
import com.vmware.vim25.VirtualMachineRelocateSpec;
import com.vmware.vim25.ws.Argument;
import io.macpool.brain.hypervisor.CloneOrder;
import io.macpool.brain.vsphere.fault.TransportException;
import java.rmi.RemoteException;

/**
 * {@code InstantClone_Task} of vSphere 6.7, which yavijava's classes are too old to know. Source:
 * vSphere Web Services API, VirtualMachine.InstantClone and VirtualMachineInstantCloneSpec.
 */
final class InstantClone {

  private InstantClone() {}

  /** Starts it; the clone goes to the folder and pool of the session. */
  static ManagedObjectReference start(
      VimSession session, ManagedObjectReference source, CloneOrder order) throws RemoteException {
    VirtualMachineRelocateSpec location = new VirtualMachineRelocateSpec();
    location.folder = session.machineFolder();
    location.pool = session.resourcePool();
    order.host().ifPresent(id -> location.host = VimSession.reference("HostSystem", id));
    com.vmware.vim25.VirtualMachineInstantCloneSpec spec =
        new com.vmware.vim25.VirtualMachineInstantCloneSpec();
    spec.name = order.name();
    spec.location = location;
    spec.config = Marks.of(order.mark());
    Object begun =
        session
            .client()
            .invoke(
                "InstantClone_Task",
                new Argument[] {
                  new Argument("_this", "ManagedObjectReference", source),
                  new Argument("spec", "VirtualMachineInstantCloneSpec", spec)
                },
                "ManagedObjectReference");
    if (begun instanceof ManagedObjectReference task) {
      return task;
    }
    throw new TransportException("InstantClone_Task: vCenter told no task", true, null);
  }
}
