package io.macpool.worker.queue;

import java.net.Socket;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts what another trusts, and says of a certificate that it refuses which case it is: expired,
 * for another name, or of an authority that is not known.
 */
final class ExplainedTrust extends X509ExtendedTrustManager {

  /** A refused certificate, in words for the person who must act. */
  static final class Refused extends CertificateException {

    private static final long serialVersionUID = 1L;

    private final boolean isAuthorityUnknown;

    Refused(String message, boolean isAuthorityUnknown, Throwable cause) {
      super(message, cause);
      this.isAuthorityUnknown = isAuthorityUnknown;
    }

    /** Whether the setting that names authorities could help. */
    boolean isAuthorityUnknown() {
      return isAuthorityUnknown;
    }
  }

  private final X509ExtendedTrustManager trust;

  ExplainedTrust(X509ExtendedTrustManager trust) {
    this.trust = trust;
  }

  private interface Check {
    void run() throws CertificateException;
  }

  private static void explained(X509Certificate[] chain, String host, Check check)
      throws CertificateException {
    try {
      check.run();
    } catch (CertificateException e) {
      throw chain.length == 0 ? e : refused(chain, host, e);
    }
  }

  static Refused refused(X509Certificate[] chain, String host, CertificateException cause) {
    String what = "its certificate" + dated(chain[0]);
    String said = String.valueOf(cause.getMessage());
    // Looked at last, when the dates of all that counts were found good: others may be shown, too.
    if (said.startsWith("No subject alternative") || said.startsWith("No name matching")) {
      return new Refused(
          what + " is not for " + host + ": connect by one of its names, or renew it",
          false,
          cause);
    }
    for (int i = 0; i < chain.length; i++) {
      X509Certificate each = chain[i];
      String whose = i == 0 ? "its certificate" : "its authority's certificate";
      try {
        each.checkValidity();
      } catch (CertificateExpiredException e) {
        return new Refused(whose + dated(each) + " has expired: it must be renewed", false, cause);
      } catch (CertificateNotYetValidException e) {
        return new Refused(
            whose + dated(each) + " is not valid yet: look at the clocks", false, cause);
      }
    }
    return isAuthorityUnknown(cause)
        ? new Refused(what + " is not trusted: its authority is not known here", true, cause)
        : new Refused(what + " is not trusted (" + said + ")", false, cause);
  }

  private static String dated(X509Certificate certificate) {
    Instant from = certificate.getNotBefore().toInstant();
    Instant until = certificate.getNotAfter().toInstant();
    return " (for %s; valid from %s until %s)".formatted(names(certificate), from, until);
  }

  /** The JDK finds no way from the certificate to one that it trusts. */
  private static boolean isAuthorityUnknown(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertPathBuilderException) {
        return true;
      }
    }
    return false;
  }

  /** The names that count: the alternative ones, or else the subject's. */
  private static String names(X509Certificate certificate) {
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null && !alternatives.isEmpty()) {
        return alternatives.stream()
            .map(name -> String.valueOf(name.get(1)))
            .collect(Collectors.joining(", "));
      }
    } catch (CertificateParsingException e) {
      return "names that can't be read";
    }
    return certificate.getSubjectX500Principal().getName();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    String host =
        socket instanceof SSLSocket tls && tls.getHandshakeSession() != null
            ? tls.getHandshakeSession().getPeerHost()
            : "this host";
    explained(chain, host, () -> trust.checkServerTrusted(chain, type, socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    explained(chain, engine.getPeerHost(), () -> trust.checkServerTrusted(chain, type, engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    explained(chain, "this host", () -> trust.checkServerTrusted(chain, type));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    trust.checkClientTrusted(chain, type, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    trust.checkClientTrusted(chain, type, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    trust.checkClientTrusted(chain, type);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return trust.getAcceptedIssuers();
  }
}
