package io.macpool.operator;

import io.macpool.sim.peer.Peer;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

@NeedsPeer({Peer.KUBERNETES, Peer.KUBECTL})
class KubectlPeerIT extends KubectlContract {

  @TempDir private Path directory;

  @Override
  OperatorBench bench() {
    return new OperatorBench(workers -> PeerApi.join(directory, workers));
  }
}
