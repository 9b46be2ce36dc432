package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.sim.peer.Peer;
import io.macpool.sim.peer.VcsimProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole system on parts that others wrote, all at once: RabbitMQ, govmomi's vCenter, Kubernetes
 * and PostgreSQL. The guests alone are ours, lent to the vCenter, which has none.
 */
class RealPeersE2E {

  @TempDir private Path temporary;
  @TempDir private Path work;

  private static String here(Peer peer) {
    Optional<String> location = peer.location();
    assumeTrue(
        location.isPresent(),
        "peer " + peer.label() + " is not here: the system is not tested on real peers");
    return location.get();
  }

  @Test
  void twentyJobsEndAsTheyShouldAndNothingIsLost() throws Exception {
    String rabbit = here(Peer.RABBITMQ);
    String kubeconfig = here(Peer.KUBERNETES);
    URI postgres = URI.create(here(Peer.POSTGRESQL));
    int guests = freePort();
    try (VcsimProcess vcenter =
            VcsimProcess.start(
                here(Peer.VCSIM),
                "-hosts",
                "4",
                "-images",
                Peers.IMAGE,
                "-guests",
                "http://127.0.0.1:" + guests);
        SandboxProcess sandbox =
            SandboxProcess.start(
                Main.class,
                work.resolve("out"),
                temporary,
                List.of(
                    "--jobs",
                    "20",
                    "--amqp-uri",
                    rabbit,
                    "--kubeconfig",
                    kubeconfig,
                    "--database-url",
                    database(postgres),
                    "--vsphere-url",
                    withLogin(vcenter),
                    "--vsphere-thumbprint",
                    vcenter.thumbprint(),
                    "--vsphere-base-path",
                    vcenter.basePath(),
                    "--vsphere-vm-path",
                    vcenter.vmPath(),
                    "--vsphere-cluster-path",
                    vcenter.clusterPath(),
                    "--lend-guests",
                    Integer.toString(guests)))) {
      assertThat(sandbox.exitStatus()).as(sandbox.output()).isZero();
      assertThat(sandbox.lastLine())
          .startsWith(
              "jobs: 20 published, 14 passed, 4 failed, 2 errored, 0 lost"
                  + " | instances: 20 created, 20 destroyed, 0 leaked | peak: ")
          .endsWith("of 8 processors");
      assertThat(sandbox.lastLine()).as("VMs on four hosts").matches(".* peak: [1-8] VMs on .*");
      sandbox.leftNothingBehind();
    }
  }

  private static String withLogin(VcsimProcess vcenter) {
    URI url = vcenter.url();
    return "https://"
        + vcenter.user()
        + ":"
        + vcenter.password()
        + "@"
        + url.getAuthority()
        + "/sdk";
  }

  /** A database of this run's own on the server. */
  private static String database(URI server) throws SQLException {
    String name = "sandbox_" + UUID.randomUUID().toString().replace("-", "");
    String jdbc = "jdbc:postgresql://" + server.getHost() + ":" + server.getPort() + "/";
    try (Connection connection =
            DriverManager.getConnection(jdbc + "postgres", server.getUserInfo(), null);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    }
    return server.resolve("/" + name).toString();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
