package io.macpool.brain.vsphere;

import com.vmware.vim25.ManagedObjectReference;
import com.vmware.vim25.TaskInfoState;
import com.vmware.vim25.UserSession;
import com.vmware.vim25.VirtualMachineCloneSpec;
import com.vmware.vim25.VirtualMachineMovePriority;
import com.vmware.vim25.VirtualMachineRelocateSpec;
import io.macpool.brain.vsphere.access.InventoryPaths;
import io.macpool.brain.vsphere.access.TrustPolicy;
import io.macpool.brain.vsphere.access.VSphereEndpoint;
import io.macpool.brain.vsphere.fault.SoapFault;
import io.macpool.brain.vsphere.soap.SoapTransport;
import io.macpool.brain.vsphere.soap.VimClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.rmi.RemoteException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;

/** A person beside the broker who does in vCenter what the broker never does. */
final class Administrator implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final SoapTransport transport;
  private final VimSession session;

  Administrator(Vertx vertx, VSphereEndpoint endpoint, TrustPolicy trust, InventoryPaths paths)
      throws RemoteException {
    transport = new SoapTransport(vertx, endpoint, trust, 4);
    session =
        VimSession.open(
            new VimClient(transport, endpoint, LIMIT, new SimpleMeterRegistry()),
            endpoint.user(),
            endpoint.password(),
            Optional.of(paths),
            new KnownPlaces(),
            Clock.systemUTC());
  }

  /** The property of a VM; null if it has none. */
  Object read(String vm, String path) throws RemoteException {
    Map<String, Object> values =
        session.properties(List.of(VSphereConnection.machine(vm)), path).get(vm);
    return values == null ? null : values.get(path);
  }

  /** Moves a VM as vMotion does. */
  void move(String vm, String host) throws RemoteException {
    VirtualMachineRelocateSpec spec = new VirtualMachineRelocateSpec();
    spec.host = VimSession.reference("HostSystem", host);
    await(
        session
            .vim()
            .relocateVM_Task(
                VSphereConnection.machine(vm), spec, VirtualMachineMovePriority.highPriority));
  }

  /** An image in the folder of base VMs with these snapshots, each the child of the one before. */
  void makeImage(String fromName, String name, String... snapshots) throws RemoteException {
    ManagedObjectReference from =
        session.vim().findChild(session.content().searchIndex, session.baseFolder(), fromName);
    VirtualMachineRelocateSpec location = new VirtualMachineRelocateSpec();
    location.pool = session.resourcePool();
    VirtualMachineCloneSpec spec = new VirtualMachineCloneSpec();
    spec.location = location;
    ManagedObjectReference image =
        (ManagedObjectReference)
            await(session.vim().cloneVM_Task(from, session.baseFolder(), name, spec));
    for (String snapshot : snapshots) {
      await(session.vim().createSnapshot_Task(image, snapshot, "", false, false));
    }
  }

  /** Ends every session but this one. */
  void endOtherSessions() throws RemoteException {
    ManagedObjectReference manager = session.content().sessionManager;
    UserSession[] all =
        (UserSession[])
            session.properties(List.of(manager), "sessionList").get(manager.val).get("sessionList");
    for (UserSession one : all) {
      try {
        session.vim().terminateSession(manager, new String[] {one.key});
      } catch (SoapFault e) {
        if (!e.is("InvalidArgument")) { // that is how one's own is refused
          throw e;
        }
      }
    }
  }

  private Object await(ManagedObjectReference task) {
    Map<String, Object> ended =
        Awaitility.await("the end of " + task.val)
            .atMost(LIMIT)
            .pollInterval(Duration.ofMillis(20))
            .until(
                () ->
                    session
                        .properties(List.of(task), "info.state", "info.result", "info.error")
                        .get(task.val),
                info ->
                    info.get("info.state") == TaskInfoState.success
                        || info.get("info.state") == TaskInfoState.error);
    if (ended.get("info.state") == TaskInfoState.error) {
      throw new IllegalStateException("the administrator's task failed: " + ended);
    }
    return ended.get("info.result");
  }

  @Override
  public void close() throws RemoteException {
    session.vim().logout(session.content().sessionManager);
    transport.close();
  }
}
