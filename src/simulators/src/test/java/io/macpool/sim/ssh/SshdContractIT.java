package io.macpool.sim.ssh;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.sim.peer.Peer;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Optional;
import org.apache.sshd.common.keyprovider.FileKeyPairProvider;
import org.junit.jupiter.api.BeforeAll;

class SshdContractIT extends SshGuestContract {

  private static URI sshd;

  @BeforeAll
  static void find() {
    Optional<String> location = Peer.SSHD.location();
    assumeTrue(location.isPresent(), "peer sshd is not here: its contract is not tested");
    sshd = URI.create(location.get());
  }

  @Override
  Target target() {
    Path file = Path.of(sshd.getQuery().substring("key=".length()));
    KeyPair key = new FileKeyPairProvider(file).loadKeys(null).iterator().next();
    return new Target(sshd.getUserInfo(), sshd.getHost(), sshd.getPort(), key);
  }
}
