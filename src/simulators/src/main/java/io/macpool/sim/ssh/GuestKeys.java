package io.macpool.sim.ssh;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;

/**
 * The key that opens every guest, and the key by which every guest shows itself: ECDSA P-256. There
 * may be another of RSA, by which a client may ask for it.
 */
public final class GuestKeys {

  private static final int RSA_BITS = 2048;

  private final KeyPair client;
  private final List<KeyPair> hosts;
  private final Path privateKeyFile;

  private GuestKeys(KeyPair client, List<KeyPair> hosts, Path privateKeyFile) {
    this.client = client;
    this.hosts = List.copyOf(hosts);
    this.privateKeyFile = privateKeyFile;
  }

  /**
   * Makes both pairs and writes the client's private half, in OpenSSH format, readable by us only.
   */
  public static GuestKeys generate(Path privateKeyFile) throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair client = generator.generateKeyPair();
      try (OutputStream file = openPrivate(privateKeyFile)) {
        OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(client, "guests", null, file);
      }
      return new GuestKeys(client, List.of(generator.generateKeyPair()), privateKeyFile);
    } catch (GeneralSecurityException e) {
      throw new IOException("can't make the guests' keys: " + e.getMessage(), e);
    }
  }

  /** The same, and a host key of RSA. */
  GuestKeys withRsaHost() throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(RSA_BITS);
      return new GuestKeys(client, List.of(host(), generator.generateKeyPair()), privateKeyFile);
    } catch (GeneralSecurityException e) {
      throw new IOException("can't make the guests' host key: " + e.getMessage(), e);
    }
  }

  private static OutputStream openPrivate(Path file) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Set<StandardOpenOption> options = EnumSet.of(StandardOpenOption.WRITE);
    return Files.newOutputStream(file, options.toArray(new StandardOpenOption[0]));
  }

  public KeyPair client() {
    return client;
  }

  public KeyPair host() {
    return hosts.get(0);
  }

  /** All by which a guest can show itself. */
  List<KeyPair> hosts() {
    return hosts;
  }

  public Path privateKeyFile() {
    return privateKeyFile;
  }

  /** The public half as one line of an {@code authorized_keys} file. */
  String publicKeyLine() {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try {
      OpenSSHKeyPairResourceWriter.INSTANCE.writePublicKey(client.getPublic(), "guests", line);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("can't write a public key that we made", e);
    }
    return line.toString(StandardCharsets.UTF_8).strip();
  }
}
