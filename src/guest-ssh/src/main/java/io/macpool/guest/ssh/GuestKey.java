package io.macpool.guest.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.jspecify.annotations.Nullable;

/** The private key that opens instances. */
public final class GuestKey {

  static {
    SecurityProviders.preferJdk();
  }

  private final KeyPair pair;
  private final String setting;

  private GuestKey(KeyPair pair, String setting) {
    this.pair = pair;
    this.setting = setting;
  }

  /**
   * Reads a key in PEM (PKCS#1, or PKCS#8 without a passphrase) or OpenSSH's format.
   *
   * @throws IllegalArgumentException with a sentence for a person
   */
  public static GuestKey load(Path file, Optional<String> passphrase) {
    AtomicBoolean isEncrypted = new AtomicBoolean();
    FilePasswordProvider password =
        (session, resource, retry) -> {
          isEncrypted.set(true);
          return passphrase.orElse(null);
        };
    Iterable<KeyPair> pairs;
    try (InputStream in = Files.newInputStream(file)) {
      pairs =
          SecurityUtils.loadKeyPairIdentities(
              null, NamedResource.ofName(file.toString()), in, password);
    } catch (NoSuchFileException e) {
      throw unreadable(file, "is not there", e);
    } catch (AccessDeniedException e) {
      throw unreadable(file, "may not be read by this user", e);
    } catch (IOException | GeneralSecurityException e) {
      throw unreadable(file, reason(isEncrypted.get(), passphrase.isPresent(), e), e);
    } catch (IllegalArgumentException e) {
      // For encrypted PKCS#8 MINA wants BouncyCastle, which is too large a thing for that alone.
      throw unreadable(
          file, "is of a kind that is not read here: change it with ssh-keygen -p -f " + file, e);
    }
    Iterator<KeyPair> found = pairs == null ? null : pairs.iterator();
    if (found == null || !found.hasNext()) {
      throw unreadable(file, "holds no private key in PEM or OpenSSH's format", null);
    }
    return new GuestKey(found.next(), "the setting");
  }

  /** What a decoder says of garbage is of no use to whoever mistyped a passphrase. */
  private static String reason(boolean isEncrypted, boolean isPassphraseSet, Exception failure) {
    if (!isEncrypted) {
      return "is damaged, or no key in PEM or OpenSSH's format: " + failure.getMessage();
    }
    return isPassphraseSet
        ? "can't be decrypted with the passphrase that is set"
        : "is encrypted, and no passphrase is set";
  }

  private static IllegalArgumentException unreadable(
      Path file, String why, @Nullable Exception cause) {
    return new IllegalArgumentException("the private key %s %s".formatted(file, why), cause);
  }

  KeyPair pair() {
    return pair;
  }

  /** The same key, of which errors say by what setting a person names its file. */
  public GuestKey namedBy(String settingName) {
    return new GuestKey(pair, settingName);
  }

  String setting() {
    return setting;
  }
}
