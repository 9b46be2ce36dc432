package io.macpool.operator;

import io.macpool.sim.peer.Peer;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

@NeedsPeer(Peer.KUBERNETES)
class OperatorApiPeerIT extends OperatorApiContract {

  @TempDir private Path directory;

  @Override
  OperatorBench bench(String... flags) {
    return new OperatorBench(workers -> PeerApi.join(directory, workers), flags);
  }
}
