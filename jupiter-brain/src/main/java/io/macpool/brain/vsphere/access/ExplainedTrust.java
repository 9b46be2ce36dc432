package io.macpool.brain.vsphere.access;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Lets another one decide, and says of a certificate that is refused all that helps to take it. */
final class ExplainedTrust extends X509ExtendedTrustManager {

  private final Supplier<X509ExtendedTrustManager> judge;

  ExplainedTrust(Supplier<X509ExtendedTrustManager> judge) {
    this.judge = judge;
  }

  private interface Check {
    void by(X509ExtendedTrustManager judge) throws CertificateException;
  }

  private void check(X509Certificate[] chain, Check check) throws CertificateException {
    try {
      check.by(judge.get());
    } catch (CertificateException e) {
      throw new CertificateException(
          "vCenter's certificate is refused: "
              + e.getMessage()
              + (chain == null || chain.length == 0 ? "" : ". " + describe(chain[0]))
              + ". To take it, set --vsphere-ca-file to a PEM file of its authority, or"
              + " --vsphere-thumbprint to this SHA-256 after comparing it; --vsphere-insecure takes"
              + " any certificate",
          e);
    }
  }

  private static String describe(X509Certificate certificate) throws CertificateException {
    try {
      return "Subject "
          + certificate.getSubjectX500Principal().getName()
          + ", issuer "
          + certificate.getIssuerX500Principal().getName()
          + ", valid from "
          + certificate.getNotBefore().toInstant()
          + " to "
          + certificate.getNotAfter().toInstant()
          + ", SHA-256 "
          + HexFormat.ofDelimiter(":")
              .withUpperCase()
              .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new CertificateException("can't read the certificate", e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain, by -> by.checkServerTrusted(chain, type));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain, by -> by.checkServerTrusted(chain, type, socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain, by -> by.checkServerTrusted(chain, type, engine));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    judge.get().checkClientTrusted(chain, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    judge.get().checkClientTrusted(chain, type, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    judge.get().checkClientTrusted(chain, type, engine);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return judge.get().getAcceptedIssuers();
  }
}
