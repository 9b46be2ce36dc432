package io.macpool.brain.vsphere.access;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Authorities in a PEM file. The file is looked at in each handshake, which is rare, so that a new
 * one counts from the next connection on; one that can't be used changes nothing. Thread-safe.
 */
final class AuthoritiesFile {

  private static final Logger log = LoggerFactory.getLogger(AuthoritiesFile.class);

  private final Optional<Path> pem;
  private byte[] read = new byte[0];
  private byte[] refused = new byte[0];
  private X509ExtendedTrustManager manager;

  /**
   * @param pem the JVM's own authorities if empty
   * @throws IllegalArgumentException if it can't be used
   */
  AuthoritiesFile(Optional<Path> pem) {
    this.pem = pem;
    try {
      if (pem.isPresent()) {
        read = Files.readAllBytes(pem.get());
        manager = manager(store(read));
      } else {
        manager = manager(null);
      }
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException(
          "can't use "
              + pem.map(Path::toString).orElse("the JVM's authorities")
              + ": "
              + e.getMessage(),
          e);
    }
  }

  /** Who is believed now. */
  synchronized X509ExtendedTrustManager current() {
    if (pem.isPresent()) {
      follow(pem.get());
    }
    return manager;
  }

  private void follow(Path file) {
    byte[] now = new byte[0];
    try {
      now = Files.readAllBytes(file);
      if (Arrays.equals(now, read) || Arrays.equals(now, refused)) {
        return;
      }
      manager = manager(store(now));
      read = now;
      log.info("{} has changed and is read anew", file);
    } catch (GeneralSecurityException | IOException e) {
      if (now.length == 0 || !Arrays.equals(now, refused)) {
        log.warn("{} can't be used; what it held before counts: {}", file, e.getMessage());
      }
      refused = now;
    }
  }

  private static KeyStore store(byte[] pem) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    Collection<? extends Certificate> all =
        CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem));
    if (all.isEmpty()) {
      throw new CertificateException("it holds no certificate");
    }
    int number = 0;
    for (Certificate certificate : all) {
      store.setCertificateEntry("ca-" + number++, certificate);
    }
    return store;
  }

  private static X509ExtendedTrustManager manager(@Nullable KeyStore store)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager extended) {
        return extended;
      }
    }
    throw new GeneralSecurityException("the JVM has no X.509 trust manager");
  }
}
