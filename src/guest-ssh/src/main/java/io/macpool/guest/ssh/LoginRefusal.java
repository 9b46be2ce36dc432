package io.macpool.guest.ssh;

import java.security.KeyPair;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.sshd.client.auth.pubkey.PublicKeyAuthenticationReporter;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.config.keys.KeyUtils;

/**
 * Why an SSH server does not let us in, in words: what it offers, what we ask for, which setting
 * makes the difference.
 */
final class LoginRefusal {

  private static final AttributeKey<Boolean> KEY_OFFERED = new AttributeKey<>();
  private static final AttributeKey<List<String>> METHODS = new AttributeKey<>();

  /** How MINA says that there is nothing in common. */
  private static final Pattern NOTHING_IN_COMMON =
      Pattern.compile(
          "Unable to negotiate key exchange for (.+?) \\(client: (.*?) / server: (.*)\\)");

  private LoginRefusal() {}

  /** Notes on a session what became of our key there. */
  static final class Notes implements PublicKeyAuthenticationReporter {

    @Override
    public void signalAuthenticationAttempt(
        ClientSession session, String service, KeyPair identity, String signature) {
      session.setAttribute(KEY_OFFERED, true);
    }

    @Override
    public void signalAuthenticationFailure(
        ClientSession session,
        String service,
        KeyPair identity,
        boolean partial,
        List<String> serverMethods) {
      session.setAttribute(METHODS, List.copyOf(serverMethods));
    }
  }

  /** Goes on behind the server's name. */
  static String explain(ClientSession session, GuestKey key, Throwable failure) {
    Throwable root = failure;
    while (root instanceof SshException && root.getCause() != null) {
      root = root.getCause();
    }
    String message =
        root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    Matcher matcher = NOTHING_IN_COMMON.matcher(message);
    if (matcher.find()) {
      return "has no %s in common with us: it offers %s, we ask for %s; let %s in its sshd_config name one of ours"
          .formatted(
              matcher.group(1), matcher.group(3), matcher.group(2), setting(matcher.group(1)));
    }
    if (session.getServerVersion() == null) {
      return "ends the connection before the login begins: it is starting, or others log in"
          + " (MaxStartups in its sshd_config): "
          + message;
    }
    if (!message.startsWith("No more authentication methods")) {
      return "does not let us in: " + message;
    }
    if (session.getAttribute(KEY_OFFERED) == null) {
      return "lets nobody in by a key: see PubkeyAuthentication and AuthenticationMethods in its"
          + " sshd_config";
    }
    List<String> methods = session.getAttribute(METHODS);
    return "does not let %s in by our key (%s, of %s)%s; see the authorized_keys of that user, PubkeyAcceptedAlgorithms in its sshd_config, and which key %s names"
        .formatted(
            session.getUsername(),
            KeyUtils.getKeyType(key.pair()),
            KeyUtils.getFingerPrint(key.pair().getPublic()),
            methods == null ? "" : ", but would by " + String.join(", ", methods),
            key.setting());
  }

  private static String setting(String what) {
    if (what.contains("kex")) {
      return "KexAlgorithms";
    }
    if (what.contains("host key")) {
      return "HostKeyAlgorithms";
    }
    if (what.contains("encryption")) {
      return "Ciphers";
    }
    return what.contains("mac") ? "MACs" : "Compression";
  }
}
