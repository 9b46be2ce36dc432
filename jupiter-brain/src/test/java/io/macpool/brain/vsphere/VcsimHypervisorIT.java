package io.macpool.brain.vsphere;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.brain.vsphere.access.InventoryPaths;
import io.macpool.brain.vsphere.access.TrustPolicy;
import io.macpool.brain.vsphere.access.VSphereEndpoint;
import io.macpool.service.setting.Secret;
import io.macpool.sim.peer.Peer;
import io.macpool.sim.peer.VcsimProcess;
import io.vertx.core.Vertx;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class VcsimHypervisorIT extends VCenterContract {

  private static VcsimProcess vcsim;

  @BeforeAll
  static void start() throws Exception {
    Optional<String> program = Peer.VCSIM.location();
    assumeTrue(program.isPresent(), "peer vcsim is not here: the broker's adapter is not tested");
    vcsim = VcsimProcess.start(program.get(), "-images", IMAGE);
    Vertx vertx = Vertx.vertx();
    String login = vcsim.user() + ":" + vcsim.password();
    VSphereEndpoint endpoint =
        VSphereEndpoint.parse(
            new Secret(vcsim.url().toString().replace("https://", "https://" + login + "@")));
    try (Administrator administrator =
        new Administrator(vertx, endpoint, TrustPolicy.thumbprint(vcsim.thumbprint()), paths())) {
      administrator.makeImage(IMAGE, DEEP, "fresh", "base", "patched");
    } finally {
      vertx.close();
    }
  }

  @AfterAll
  static void stop() {
    if (vcsim != null) {
      vcsim.close();
    }
  }

  private static InventoryPaths paths() {
    return new InventoryPaths(vcsim.basePath(), vcsim.vmPath(), vcsim.clusterPath());
  }

  @Override
  Place place() {
    return new Place(vcsim.url(), vcsim.user(), vcsim.password(), vcsim.thumbprint(), paths());
  }

  @Override
  boolean whole() {
    return false;
  }
}
