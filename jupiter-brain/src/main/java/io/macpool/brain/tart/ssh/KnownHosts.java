package io.macpool.brain.tart.ssh;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.sshd.client.config.hosts.KnownHostEntry;
import org.apache.sshd.client.keyverifier.KnownHostsServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.config.keys.KeyUtils;

/** Lets in whom the file of known hosts names, and no one else. The file is followed. */
final class KnownHosts extends KnownHostsServerKeyVerifier {

  private static final AttributeKey<Boolean> ACCEPTED = new AttributeKey<>();

  /** Why a host was refused, by session: told to whoever waits for it. */
  private final Map<ClientSession, String> refusals = new ConcurrentHashMap<>();

  private final Path file;

  KnownHosts(Path file) {
    super((session, address, key) -> false, file);
    this.file = file;
  }

  @Override
  public boolean verifyServerKey(ClientSession session, SocketAddress address, PublicKey key) {
    boolean accepted = super.verifyServerKey(session, address, key);
    session.setAttribute(ACCEPTED, accepted);
    return accepted;
  }

  /** Whether the session's host has shown a key that is known. */
  static boolean isKnown(ClientSession session) {
    return Boolean.TRUE.equals(session.getAttribute(ACCEPTED));
  }

  @Override
  protected boolean acceptUnknownHostKey(
      ClientSession session, SocketAddress address, PublicKey key) {
    String host = text(address);
    refusals.put(
        session,
        "%s shows the key %s, and %s does not name it: compare it with the Mac's own (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub there), then add what ssh-keyscan%s prints"
            .formatted(host, KeyUtils.getFingerPrint(key), file, arguments(address)));
    return false;
  }

  @Override
  public boolean acceptModifiedServerKey(
      ClientSession session,
      SocketAddress address,
      KnownHostEntry entry,
      PublicKey expected,
      PublicKey actual) {
    refusals.put(
        session,
        "%s shows the key %s, and %s names another: if the Mac was set up anew, replace its line there; if not, somebody stands between"
            .formatted(text(address), KeyUtils.getFingerPrint(actual), file));
    return false;
  }

  /** Why the session's host was refused, if it was; told once. */
  Optional<String> refusal(ClientSession session) {
    return Optional.ofNullable(refusals.remove(session));
  }

  private static String text(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? inet.getHostString() + ":" + inet.getPort()
        : String.valueOf(address);
  }

  private static String arguments(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? " -p " + inet.getPort() + " " + inet.getHostString()
        : "";
  }
}
