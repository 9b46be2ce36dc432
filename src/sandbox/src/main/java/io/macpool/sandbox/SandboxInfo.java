package io.macpool.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where everything is, for a person and, as JSON, for a program. It holds this run's secrets.
 *
 * @param vsphereUrl as the other three, null if there is no vCenter
 * @param image one that a person may ask for from a shell
 */
record SandboxInfo(
    @Nullable String consoleUrl,
    String brokerUrl,
    String brokerToken,
    String amqpUri,
    @Nullable String vsphereUrl,
    @Nullable String vsphereBasePath,
    @Nullable String vsphereVmPath,
    @Nullable String vsphereClusterPath,
    String kubeconfig,
    String sshKeyPath,
    int sshPort,
    String buildApiUri,
    String queue,
    String image,
    Map<String, String> adminUrls) {

  /**
   * Where the sandbox of this checkout that is up says so; empty if its script did not start us.
   */
  static Optional<Path> runningFile() {
    return Optional.ofNullable(System.getenv("SANDBOX_RUNNING")).map(Path::of);
  }

  /**
   * Reads what a running sandbox wrote.
   *
   * @throws IOException if there is no such file, or it holds something else
   */
  static SandboxInfo read(Path file) throws IOException {
    try {
      return new ObjectMapper().readValue(file.toFile(), SandboxInfo.class);
    } catch (JsonProcessingException e) {
      throw new IOException(
          file + " is not what a sandbox of this version writes by --info: start it anew", e);
    }
  }

  /** Writes the file in one step, so that who waits for it never reads half of it. */
  void write(Path file) throws IOException {
    Path target = file.toAbsolutePath();
    Files.createDirectories(target.getParent());
    Path draft = Files.createTempFile(target.getParent(), ".sandbox-info", ".json");
    try {
      if (draft.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-------"));
      }
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .writeValue(draft.toFile(), this);
      Files.move(draft, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  /** Removes the file, unless another sandbox has written it since. */
  void remove(Path file) throws IOException {
    if (Files.exists(file) && read(file).equals(this)) {
      Files.delete(file);
    }
  }

  /**
   * The lines that tell a person where to look.
   *
   * @param simulated whether the kubeconfig is ours, whose context is in our namespace
   */
  String describe(boolean simulated) {
    String inOurs = simulated ? "" : " --namespace " + Wiring.NAMESPACE;
    StringBuilder text = new StringBuilder();
    if (consoleUrl != null) {
      line(text, "console", consoleUrl + "   (in a browser; token " + brokerToken + ")");
    }
    line(text, "broker", brokerUrl + "   (token " + brokerToken + ")");
    line(text, "AMQP", amqpUri + "   (jobs go to " + queue + ")");
    if (vsphereUrl != null) {
      line(text, "vCenter", vsphereUrl);
    }
    line(text, "Kubernetes", "kubectl --kubeconfig " + kubeconfig + " get wc,hwp,pods" + inOurs);
    line(text, "build script", buildApiUri);
    line(text, "SSH key", sshKeyPath + "   (user travis)");
    adminUrls.forEach((service, url) -> line(text, service, url + "/metrics"));
    line(text, "run a job", "./sandbox submit FILE");
    line(
        text,
        "run a command",
        "eval \"$(./sandbox env)\" && src/cli/macpool run %s -- sw_vers".formatted(image));
    return text.toString();
  }

  /** The line by which a shell's {@code macpool} finds this sandbox. */
  String exports() {
    return "export MACPOOL_URL='%s' MACPOOL_SSH_KEY='%s' MACPOOL_SSH_PORT=%d"
        .formatted(brokerUrl.replace("://", "://" + brokerToken + "@"), sshKeyPath, sshPort);
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(String.format("  %-18s %s%n", name, value));
  }
}
