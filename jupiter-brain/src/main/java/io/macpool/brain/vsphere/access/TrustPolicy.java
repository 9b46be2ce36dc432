package io.macpool.brain.vsphere.access;

import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Which certificate of vCenter is believed. Each policy belongs to one client: nothing of it is
 * shared over the JVM.
 */
public abstract sealed class TrustPolicy {

  private TrustPolicy() {}

  /** The trust manager for one client. */
  public abstract X509ExtendedTrustManager trustManager();

  /** Whether the certificate must also name the host that we dialled. */
  public abstract boolean verifiesHost();

  /** Authorities of a PEM file, which is followed when it changes, or the JVM's own. */
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

    private final AuthoritiesFile authorities;

    Authorities(Optional<Path> pem) {
      this.authorities = new AuthoritiesFile(pem);
    }

    @Override
    public X509ExtendedTrustManager trustManager() {
      return new ExplainedTrust(authorities::current);
    }

    @Override
    public boolean verifiesHost() {
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
    public X509ExtendedTrustManager trustManager() {
      Checker checker = checker();
      return new ExplainedTrust(() -> checker);
    }

    private Checker checker() {
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
            throw new CertificateException("its SHA-256 thumbprint is not the one configured");
          }
        }
      };
    }

    @Override
    public boolean verifiesHost() {
      return false;
    }
  }

  private static final class Insecure extends TrustPolicy {

    @Override
    public X509ExtendedTrustManager trustManager() {
      return new Checker() {
        @Override
        void check(X509Certificate[] chain) {
          // asked for by an explicit setting, and warned of at each start
        }
      };
    }

    @Override
    public boolean verifiesHost() {
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
