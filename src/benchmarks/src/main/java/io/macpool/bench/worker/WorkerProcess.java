package io.macpool.bench.worker;

import io.macpool.bench.ServiceProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalDouble;

/** A worker in a process of its own, with a heap of 512 MiB. */
final class WorkerProcess implements AutoCloseable {

  static final int HEAP_MEBIBYTES = 512;

  private final ServiceProcess process;

  private WorkerProcess(ServiceProcess process) {
    this.process = process;
  }

  static WorkerProcess start(WorkerPeers surroundings, int processors)
      throws IOException, InterruptedException {
    WorkerProcess worker = begin(surroundings, processors);
    worker.process.awaitReady("/ready");
    return worker;
  }

  /** One that may not be ready yet. */
  static WorkerProcess begin(WorkerPeers surroundings, int processors) throws IOException {
    int port = ServiceProcess.freePort();
    return new WorkerProcess(
        ServiceProcess.start(
            "io.macpool.worker.Main",
            HEAP_MEBIBYTES,
            surroundings.environment(processors, port),
            port,
            surroundings.workerLog()));
  }

  /** What lives on the heap now, in MiB. */
  double heapLive() throws IOException, InterruptedException {
    return process.heapLive();
  }

  /** What the process holds of the machine's memory, in MiB; nothing where there is no /proc. */
  OptionalDouble resident() throws IOException {
    return process.resident();
  }

  /** The processor time that it has used so far. */
  Duration cpu() {
    return process.cpu();
  }

  @Override
  public void close() {
    process.close();
  }
}
