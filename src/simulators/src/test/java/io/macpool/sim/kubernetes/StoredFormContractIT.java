package io.macpool.sim.kubernetes;

import org.junit.jupiter.api.BeforeAll;

class StoredFormContractIT extends StoredFormContract {

  private static RawClient peer;

  @BeforeAll
  static void find() throws Exception {
    peer = ClusterPeer.prepare();
  }

  @Override
  RawClient connect() {
    return peer;
  }
}
