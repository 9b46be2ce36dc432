package io.macpool.brain.vsphere;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Which certificate of vCenter is believed. Each policy belongs to one client: nothing of it is
 * shared over the JVM.
 */
public abstract sealed class TrustPolicy {

  private TrustPolicy() {}

  /** The trust manager for one client. */
  abstract X509ExtendedTrustManager trustManager();

  /** Whether the certificate must also name the host that we dialled. */
  abstract boolean verifiesHost();

  /** Authorities of a PEM file, or the JVM's own. */
  public static TrustPolicy authorities(Optional<Path> pem) {
    return new Authorities(pem);
  }

  /**
   * One certificate by its SHA-256, whoever signed it and whatever host it names.
   *
   * @throws IllegalArgumentException if the text is not 32 bytes in hex
   */
  public static TrustPolicy thumbprint(String hex) {
    return new Thumbprint(hex);
  }

  /** Anything at all: whoever sits between may read the password. */
  public static TrustPolicy insecure() {
    return new Insecure();
  }

  private static final class Authorities extends TrustPolicy {

    private final X509ExtendedTrustManager manager;

    Authorities(Optional<Path> pem) {
      try {
        TrustManagerFactory factory =
            TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(pem.isPresent() ? read(pem.get()) : null);
        this.manager = extended(factory);
      } catch (GeneralSecurityException | IOException e) {
        throw new IllegalArgumentException(
            "can't use "
                + pem.map(Path::toString).orElse("the JVM's authorities")
                + ": "
                + e.getMessage(),
            e);
      }
    }

    private static KeyStore read(Path pem) throws GeneralSecurityException, IOException {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      try (InputStream in = Files.newInputStream(pem)) {
        Collection<? extends Certificate> all =
            CertificateFactory.getInstance("X.509").generateCertificates(in);
        if (all.isEmpty()) {
          throw new CertificateException("it holds no certificate");
        }
        int number = 0;
        for (Certificate certificate : all) {
          store.setCertificateEntry("ca-" + number++, certificate);
        }
      }
      return store;
    }

    private static X509ExtendedTrustManager extended(TrustManagerFactory factory)
        throws GeneralSecurityException {
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager extended) {
          return extended;
        }
      }
      throw new GeneralSecurityException("the JVM has no X.509 trust manager");
    }

    @Override
    X509ExtendedTrustManager trustManager() {
      return manager;
    }

    @Override
    boolean verifiesHost() {
      return true;
    }
  }

  private static final class Thumbprint extends TrustPolicy {

    private final byte[] expected;

    Thumbprint(String hex) {
      try {
        this.expected =
            HexFormat.of().parseHex(hex.strip().replace(":", "").toLowerCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("is not hex, such as 3A:0F:…", e);
      }
      if (expected.length != 32) {
        throw new IllegalArgumentException(
            "has " + expected.length + " bytes; a SHA-256 thumbprint has 32");
      }
    }

    @Override
    X509ExtendedTrustManager trustManager() {
      return new Checker() {
        @Override
        void check(X509Certificate[] chain) throws CertificateException {
          byte[] actual;
          try {
            actual = MessageDigest.getInstance("SHA-256").digest(chain[0].getEncoded());
          } catch (GeneralSecurityException e) {
            throw new CertificateException("can't compute the certificate's thumbprint", e);
          }
          if (!MessageDigest.isEqual(expected, actual)) {
            throw new CertificateException(
                "vCenter's certificate has the SHA-256 thumbprint "
                    + HexFormat.ofDelimiter(":").withUpperCase().formatHex(actual)
                    + ", not the one configured");
          }
        }
      };
    }

    @Override
    boolean verifiesHost() {
      return false;
    }
  }

  private static final class Insecure extends TrustPolicy {

    @Override
    X509ExtendedTrustManager trustManager() {
      return new Checker() {
        @Override
        void check(X509Certificate[] chain) {
          // asked for by an explicit setting, and warned of at each start
        }
      };
    }

    @Override
    boolean verifiesHost() {
      return false;
    }
  }

  private abstract static class Checker extends X509ExtendedTrustManager {

    abstract void check(X509Certificate[] chain) throws CertificateException;

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("clients are not trusted here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      throw new CertificateException("clients are not trusted here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("clients are not trusted here");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
