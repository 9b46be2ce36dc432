package io.macpool.operator;

import io.macpool.sim.peer.Peer;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

@NeedsPeer(Peer.KUBERNETES)
class WorkerClusterPeerIT extends WorkerClusterContract {

  @TempDir private Path directory;

  @Override
  OperatorBench bench() {
    return new OperatorBench(workers -> PeerApi.join(directory, workers));
  }
}
