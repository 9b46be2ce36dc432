package io.macpool.sim.peer;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * govmomi's vCenter simulator as a process of its own, with the settings that a test needs. It ends
 * with {@link #close()}, and with this process whatever happens, for it reads from us.
 */
public final class VcsimProcess implements AutoCloseable {

  private static final long END_SECONDS = 5;

  private final Process process;
  private final JsonObject ready;

  private VcsimProcess(Process process, JsonObject ready) {
    this.process = process;
    this.ready = ready;
  }

  /** Starts {@code program} with flags such as {@code -session-timeout 3s}; ready on return. */
  public static VcsimProcess start(String program, String... flags) {
    List<String> line = new ArrayList<>(List.of(program));
    line.addAll(List.of(flags));
    try {
      Process process =
          new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      String told = out.readLine();
      if (told == null) {
        process.destroyForcibly();
        throw new IOException("it ended without a word: " + String.join(" ", line));
      }
      return new VcsimProcess(process, new JsonObject(told));
    } catch (IOException e) {
      throw new UncheckedIOException("can't start govmomi's simulator", e);
    }
  }

  /** The SOAP endpoint. */
  public URI url() {
    return URI.create(ready.getString("vsphereUrl"));
  }

  public String user() {
    return ready.getString("vsphereUser");
  }

  public String password() {
    return ready.getString("vspherePassword");
  }

  public String basePath() {
    return ready.getString("vsphereBasePath");
  }

  public String vmPath() {
    return ready.getString("vsphereVmPath");
  }

  public String clusterPath() {
    return ready.getString("vsphereClusterPath");
  }

  /** Its certificate as PEM. */
  public String certificatePem() {
    return ready.getString("certificate");
  }

  public X509Certificate certificate() {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(certificatePem().getBytes(StandardCharsets.UTF_8)));
    } catch (CertificateException e) {
      throw new IllegalStateException("govmomi's simulator told no certificate", e);
    }
  }

  /** The SHA-256 thumbprint of its certificate. */
  public String thumbprint() {
    return ready.getString("thumbprint");
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
