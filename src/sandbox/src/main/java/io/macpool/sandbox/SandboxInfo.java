package io.macpool.sandbox;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/** Where everything is, for a person and, as JSON, for a program. It holds this run's secrets. */
record SandboxInfo(
    String brokerUrl,
    String brokerToken,
    String amqpUri,
    String vsphereUrl,
    String vsphereBasePath,
    String vsphereVmPath,
    String vsphereClusterPath,
    String kubeconfig,
    String sshKeyPath,
    String buildApiUri,
    String queue,
    Map<String, String> adminUrls) {

  /** Writes the file in one step, so that who waits for it never reads half of it. */
  void write(Path file) throws IOException {
    Path target = file.toAbsolutePath();
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

  /** The lines that tell a person where to look. */
  String describe() {
    StringBuilder text = new StringBuilder();
    line(text, "broker", brokerUrl + "   (token " + brokerToken + ")");
    line(text, "AMQP", amqpUri + "   (jobs go to " + queue + ")");
    line(text, "vCenter", vsphereUrl);
    line(
        text,
        "Kubernetes",
        "kubectl --kubeconfig " + kubeconfig + " --namespace " + Wiring.NAMESPACE + " get wc");
    line(text, "build script", buildApiUri);
    line(text, "SSH key", sshKeyPath + "   (user travis)");
    adminUrls.forEach((service, url) -> line(text, service, url + "/metrics"));
    return text.toString();
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(String.format("  %-18s%s%n", name, value));
  }
}
