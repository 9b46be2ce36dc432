package io.macpool.sim.net;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A fresh self-signed certificate for the loopback: ECDSA P-256, good for a day before and a year
 * after, for {@code localhost}, 127.0.0.1 and ::1. Written as DER by hand (RFC 5280), for the JDK
 * has no public way to make a certificate.
 */
public final class SelfSignedCertificate {

  private static final int INTEGER = 0x02;
  private static final int BIT_STRING = 0x03;
  private static final int OCTET_STRING = 0x04;
  private static final int OID = 0x06;
  private static final int UTF8 = 0x0c;
  private static final int GENERALIZED_TIME = 0x18;
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;
  private static final int DNS_NAME = 0x82;
  private static final byte[] TRUE = {0x01, 0x01, (byte) 0xff};
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  private static final byte[] LOOPBACK =
      tag(
          SEQUENCE,
          tag(DNS_NAME, "localhost".getBytes(StandardCharsets.US_ASCII)),
          tag(0x87, hex("7f000001")),
          tag(0x87, hex("00000000000000000000000000000001")));

  private final KeyPair key;
  private final byte[] subject;
  private final X509Certificate certificate;

  private SelfSignedCertificate(KeyPair key, byte[] subject, X509Certificate certificate) {
    this.key = key;
    this.subject = subject;
    this.certificate = certificate;
  }

  /** A new key, and a certificate that it signs itself, for the loopback. */
  public static SelfSignedCertificate generate(String commonName, Instant now) {
    return generate(commonName, now, LOOPBACK, Optional.empty());
  }

  /** The same, for hosts of these names and no others. */
  public static SelfSignedCertificate generateFor(List<String> names, Instant now) {
    byte[][] encoded =
        names.stream()
            .map(name -> tag(DNS_NAME, name.getBytes(StandardCharsets.US_ASCII)))
            .toArray(byte[][]::new);
    return generate(names.get(0), now, tag(SEQUENCE, encoded), Optional.empty());
  }

  /** A certificate for the loopback that this one signs, as an authority does. */
  public SelfSignedCertificate sign(String commonName, Instant now) {
    return generate(commonName, now, LOOPBACK, Optional.of(this));
  }

  private static SelfSignedCertificate generate(
      String commonName,
      Instant now,
      byte[] alternativeNames,
      Optional<SelfSignedCertificate> authority) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair key = generator.generateKeyPair();
      byte[] subject = name(commonName);
      byte[] issuer = authority.map(a -> a.subject).orElse(subject);
      byte[] body = body(subject, issuer, key, now, alternativeNames);
      Signature signature = Signature.getInstance("SHA256withECDSA");
      KeyPair signer = authority.map(a -> a.key).orElse(key);
      signature.initSign(signer.getPrivate());
      signature.update(body);
      byte[] der =
          tag(SEQUENCE, body, algorithm(), tag(BIT_STRING, new byte[] {0}, signature.sign()));
      X509Certificate certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der));
      certificate.verify(signer.getPublic());
      return new SelfSignedCertificate(key, subject, certificate);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("can't make a certificate for a simulated peer", e);
    }
  }

  private static byte[] name(String commonName) {
    return tag(
        SEQUENCE,
        tag(
            SET,
            tag(
                SEQUENCE,
                tag(OID, hex("550403")),
                tag(UTF8, commonName.getBytes(StandardCharsets.UTF_8)))));
  }

  private static byte[] body(
      byte[] subject, byte[] issuer, KeyPair key, Instant now, byte[] alternativeNames) {
    byte[] validity =
        tag(SEQUENCE, time(now.minus(Duration.ofDays(1))), time(now.plus(Duration.ofDays(365))));
    byte[] extensions =
        tag(
            SEQUENCE,
            extension("551d13", true, tag(SEQUENCE, TRUE)),
            extension("551d11", false, alternativeNames));
    byte[] serial = new BigInteger(63, new SecureRandom()).add(BigInteger.ONE).toByteArray();
    return tag(
        SEQUENCE,
        tag(0xa0, tag(INTEGER, new byte[] {2})),
        tag(INTEGER, serial),
        algorithm(),
        issuer,
        validity,
        subject,
        key.getPublic().getEncoded(),
        tag(0xa3, extensions));
  }

  /** ecdsa-with-SHA256. */
  private static byte[] algorithm() {
    return tag(SEQUENCE, tag(OID, hex("2a8648ce3d040302")));
  }

  private static byte[] extension(String oid, boolean critical, byte[] value) {
    return critical
        ? tag(SEQUENCE, tag(OID, hex(oid)), TRUE, tag(OCTET_STRING, value))
        : tag(SEQUENCE, tag(OID, hex(oid)), tag(OCTET_STRING, value));
  }

  private static byte[] time(Instant instant) {
    return tag(GENERALIZED_TIME, TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  private static byte[] tag(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    List.of(parts).forEach(content::writeBytes);
    int length = content.size();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else if (length < 0x100) {
      out.write(0x81);
      out.write(length);
    } else {
      out.write(0x82);
      out.write(length >> 8);
      out.write(length & 0xff);
    }
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }

  public X509Certificate certificate() {
    return certificate;
  }

  /** For whoever is to trust it: it is its own authority. */
  public String certificatePem() {
    try {
      return pem("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("can't encode our own certificate", e);
    }
  }

  public String privateKeyPem() {
    return pem("PRIVATE KEY", key.getPrivate().getEncoded());
  }

  /** As vSphere's clients write it: upper-case pairs with colons. */
  public String sha256Thumbprint() {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return HexFormat.ofDelimiter(":").withUpperCase().formatHex(digest);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("can't digest our own certificate", e);
    }
  }

  private static String pem(String kind, byte[] der) {
    String lines =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
    return "-----BEGIN " + kind + "-----\n" + lines + "\n-----END " + kind + "-----\n";
  }
}
