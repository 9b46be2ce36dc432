package io.macpool.operator;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class RecoveryPeerIT extends RecoveryContract {

  @TempDir private Path directory;

  @Override
  OperatorBench bench(String... flags) {
    return new OperatorBench(workers -> PeerApi.join(directory, workers), flags);
  }
}
