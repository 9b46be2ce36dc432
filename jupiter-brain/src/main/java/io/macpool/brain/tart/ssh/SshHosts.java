package io.macpool.brain.tart.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Iterator;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.session.SessionHeartbeatController.HeartbeatType;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.core.CoreModuleProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The SSH client of a broker: few threads for any number of hosts. */
public final class SshHosts implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(SshHosts.class);
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final SshClient client;
  private final KnownHosts known;
  private final KeyPair key;

  private SshHosts(SshClient client, KnownHosts known, KeyPair key) {
    this.client = client;
    this.known = known;
    this.key = key;
  }

  /**
   * Starts the client; connects to nobody yet.
   *
   * @param key a private key without a passphrase
   * @param knownHosts in OpenSSH's format; what it does not name is refused
   * @throws IllegalArgumentException if the key can't be read, with words for a person
   */
  public static SshHosts start(Path key, Path knownHosts) {
    KeyPair pair = read(key);
    KnownHosts known = new KnownHosts(knownHosts);
    SshClient client = SshClient.setUpDefaultClient();
    client.setServerKeyVerifier(known);
    // The broker's own key and nothing of the account that it happens to run under.
    client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
    client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
    client.setSessionHeartbeat(HeartbeatType.IGNORE, Duration.ZERO);
    CoreModuleProperties.HEARTBEAT_INTERVAL.set(client, KEEP_ALIVE);
    CoreModuleProperties.HEARTBEAT_REQUEST.set(client, "keepalive@openssh.com");
    CoreModuleProperties.HEARTBEAT_NO_REPLY_MAX.set(client, 2);
    CoreModuleProperties.IDLE_TIMEOUT.set(client, Duration.ZERO);
    CoreModuleProperties.NIO2_READ_TIMEOUT.set(client, Duration.ZERO);
    CoreModuleProperties.TCP_NODELAY.set(client, true);
    client.start();
    return new SshHosts(client, known, pair);
  }

  /**
   * Reads a key in PEM or OpenSSH's format.
   *
   * @throws IllegalArgumentException with words for a person
   */
  public static KeyPair read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      Iterable<KeyPair> pairs =
          SecurityUtils.loadKeyPairIdentities(
              null, NamedResource.ofName(file.toString()), in, FilePasswordProvider.EMPTY);
      Iterator<KeyPair> found = pairs == null ? null : pairs.iterator();
      if (found != null && found.hasNext()) {
        return found.next();
      }
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "the private key " + file + " can't be read: " + e.getMessage(), e);
    }
    throw new IllegalArgumentException(
        file + " holds no private key in PEM or OpenSSH's format without a passphrase");
  }

  /** A host; nothing is asked of it yet. */
  public SshHost host(String address, int port, String user) {
    return new SshHost(client, known, key, address, port, user);
  }

  @Override
  public void close() {
    try {
      client.close(true).await(CLOSE_LIMIT);
    } catch (IOException e) {
      log.warn("SSH sessions with Macs did not close in time", e);
    }
    client.stop();
  }
}
