package io.macpool.brain.hypervisor;

import io.macpool.core.fleet.FoundMachine;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Folders of machines, whoever made these: what the janitor needs. Futures fail with a {@link
 * HypervisorFailure}, always within the adapter's time limits.
 */
public interface Folders extends AutoCloseable {

  /**
   * The machines that lie directly in a folder; those in folders below it are not touched.
   *
   * @param path the folder's inventory path
   */
  CompletableFuture<List<FoundMachine>> list(String path);

  /** Switches off, hard; no error if it is off or gone. */
  CompletableFuture<Void> powerOff(String ref);

  /** Destroys a machine that is off, with its disks; no error if it is gone. */
  CompletableFuture<Void> destroy(String ref);

  @Override
  void close();
}
