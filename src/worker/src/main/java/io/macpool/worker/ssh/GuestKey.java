package io.macpool.worker.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.Iterator;
import java.util.Optional;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.util.security.SecurityUtils;

/** The private key that opens instances. */
public final class GuestKey {

  private final KeyPair pair;

  private GuestKey(KeyPair pair) {
    this.pair = pair;
  }

  /**
   * Reads a key in PEM (PKCS#1 or PKCS#8) or OpenSSH's format, encrypted or not.
   *
   * @throws IllegalArgumentException with a sentence for a person
   */
  public static GuestKey load(Path file, Optional<String> passphrase) {
    FilePasswordProvider password =
        passphrase.map(FilePasswordProvider::of).orElse(FilePasswordProvider.EMPTY);
    try (InputStream in = Files.newInputStream(file)) {
      Iterable<KeyPair> pairs =
          SecurityUtils.loadKeyPairIdentities(
              null, NamedResource.ofName(file.toString()), in, password);
      Iterator<KeyPair> found = pairs == null ? null : pairs.iterator();
      if (found == null || !found.hasNext()) {
        throw new IllegalArgumentException(file + " holds no private key");
      }
      return new GuestKey(found.next());
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "the private key %s can't be read%s: %s"
              .formatted(
                  file,
                  passphrase.isPresent() ? "" : " (no passphrase is set)",
                  e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
          e);
    }
  }

  KeyPair pair() {
    return pair;
  }
}
