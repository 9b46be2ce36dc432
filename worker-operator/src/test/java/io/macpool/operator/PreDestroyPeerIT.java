package io.macpool.operator;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class PreDestroyPeerIT extends PreDestroyContract {

  @TempDir private Path directory;

  @Override
  OperatorBench bench() {
    return new OperatorBench(workers -> PeerApi.join(directory, workers));
  }
}
