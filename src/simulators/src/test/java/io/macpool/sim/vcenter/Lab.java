package io.macpool.sim.vcenter;

import io.macpool.sim.vcenter.options.VCenterOptions;
import java.io.IOException;
import java.security.GeneralSecurityException;

/** A simulated vCenter with one logged-in client and the calls that most tests make. */
final class Lab implements AutoCloseable {

  static final String IMAGE = "/Datacenter/vm/Base/macos-15-xcode-16";

  private final VCenterSimulator vcenter;
  private final SoapClient client;

  Lab(VCenterOptions options) throws GeneralSecurityException, IOException, InterruptedException {
    vcenter = VCenterSimulator.start(options);
    client = new SoapClient(vcenter).login();
  }

  VCenterSimulator vcenter() {
    return vcenter;
  }

  SoapClient client() {
    return client;
  }

  String image() throws IOException, InterruptedException {
    return client.find(IMAGE);
  }

  String snapshot() throws IOException, InterruptedException {
    return client.read("VirtualMachine", image(), "snapshot.currentSnapshot");
  }

  String cloneArguments(String name, String more) throws IOException, InterruptedException {
    return cloneArguments(name, snapshot(), more, "");
  }

  static String cloneArguments(String name, String snapshot, String location, String more) {
    return SoapClient.ref("folder", "Folder", "group-v10")
        + "<name>"
        + name
        + "</name><spec><location>"
        + SoapClient.ref("pool", "ResourcePool", "resgroup-8")
        + location
        + "<diskMoveType>createNewChildDiskBacking</diskMoveType></location>"
        + "<template>false</template>"
        + more
        + SoapClient.ref("snapshot", "VirtualMachineSnapshot", snapshot)
        + "<powerOn>false</powerOn></spec>";
  }

  /** Clones the image and waits for the end; returns the new machine's id. */
  String clone(String name) throws IOException, InterruptedException {
    SoapClient.Ended ended = client.run("CloneVM_Task", image(), cloneArguments(name, ""));
    if (!ended.state().equals("success")) {
      throw new IOException("clone: " + ended);
    }
    return ended.result();
  }

  String read(String vm, String path) throws IOException, InterruptedException {
    return client.read("VirtualMachine", vm, path);
  }

  SoapClient.Ended run(String method, String vm) throws IOException, InterruptedException {
    return client.run(method, vm, "");
  }

  @Override
  public void close() {
    vcenter.close();
  }
}
