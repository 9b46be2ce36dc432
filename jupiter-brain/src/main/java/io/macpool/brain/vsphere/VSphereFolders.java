package io.macpool.brain.vsphere;

import io.macpool.brain.hypervisor.Folders;
import io.macpool.brain.vsphere.access.VSphereOptions;
import io.macpool.core.fleet.FoundMachine;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** vSphere's folders of VMs for the janitor, which knows of no cluster and follows no inventory. */
public final class VSphereFolders implements Folders {

  private final VSphereConnection connection;

  private VSphereFolders(VSphereConnection connection) {
    this.connection = connection;
  }

  /** Begins to connect and returns at once; the first call waits for the session. */
  public static VSphereFolders start(
      Vertx vertx, VSphereOptions options, MeterRegistry meters, Clock clock) {
    VSphereConnection connection =
        new VSphereConnection(vertx, options, meters, clock, () -> 0L, news -> {});
    connection.start();
    return new VSphereFolders(connection);
  }

  @Override
  public CompletableFuture<List<FoundMachine>> list(String path) {
    return connection.read("list " + path, session -> DirectReads.folder(session, path));
  }

  @Override
  public CompletableFuture<Void> powerOff(String ref) {
    return connection.powerOff(ref);
  }

  @Override
  public CompletableFuture<Void> destroy(String ref) {
    return connection.destroy(ref).thenApply(done -> null);
  }

  @Override
  public void close() {
    connection.close();
  }
}
