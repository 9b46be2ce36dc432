package io.macpool.gitops.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An authority with a server's and a client's certificate, as a graph's outputs have them. */
final class Certificates {

  private static final char[] PASSWORD = "changeit".toCharArray();

  private final Path directory;

  private Certificates(Path directory) {
    this.directory = directory;
  }

  static Certificates make(Path directory) throws Exception {
    Certificates made = new Certificates(Files.createDirectories(directory));
    made.openssl(
        "req -x509 -newkey rsa:2048 -nodes -subj /CN=authority -days 2"
            + " -keyout ca.key -out ca.pem");
    Files.writeString(directory.resolve("names"), "subjectAltName=IP:127.0.0.1\n");
    for (String name : List.of("server", "client")) {
      made.openssl(
          "req -newkey rsa:2048 -nodes -subj /CN=%s -keyout %s.key -out %s.csr"
              .formatted(name, name, name));
      made.openssl(
          ("x509 -req -in %s.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names"
                  + " -out %s.pem")
              .formatted(name, name));
      made.openssl(
          "pkcs12 -export -in %s.pem -inkey %s.key -out %s.p12 -passout pass:changeit"
              .formatted(name, name, name));
    }
    return made;
  }

  String authority() throws Exception {
    return Files.readString(directory.resolve("ca.pem"));
  }

  String client() throws Exception {
    return Files.readString(directory.resolve("client.pem"));
  }

  String clientKey() throws Exception {
    return Files.readString(directory.resolve("client.key"));
  }

  /** What a server uses that shows its certificate and wants one of this authority's. */
  SSLContext server() throws Exception {
    KeyStore own = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(directory.resolve("server.p12"))) {
      own.load(in, PASSWORD);
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, PASSWORD);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (InputStream in = Files.newInputStream(directory.resolve("ca.pem"))) {
      trusted.setCertificateEntry(
          "authority", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private void openssl(String words) throws Exception {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(words.split(" ", -1)));
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    assertThat(process.waitFor()).as(Files.readString(directory.resolve("log"))).isZero();
  }
}
