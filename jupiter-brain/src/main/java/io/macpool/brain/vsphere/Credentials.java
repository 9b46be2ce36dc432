package io.macpool.brain.vsphere;

import io.macpool.brain.vsphere.access.VSphereEndpoint;
import io.macpool.core.FailureWords;
import io.macpool.service.setting.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The password of vCenter's user: the URL's own, or that of a file, which is read at each login, so
 * that a Secret that changes is followed.
 */
final class Credentials {

  private static final long LARGEST = 4_096;

  private final VSphereEndpoint endpoint;
  private final Optional<Path> file;

  Credentials(VSphereEndpoint endpoint, Optional<Path> file) {
    this.endpoint = endpoint;
    this.file = file;
  }

  String user() {
    return endpoint.user();
  }

  /**
   * The password as it is now, without the line's end that a file may have.
   *
   * @throws IOException that tells the file's name and nothing of what it holds
   */
  Secret password() throws IOException {
    if (file.isEmpty()) {
      return endpoint.password();
    }
    try {
      if (Files.size(file.get()) > LARGEST) {
        throw new IOException("it is larger than " + LARGEST + " bytes");
      }
      return new Secret(
          new String(Files.readAllBytes(file.get()), StandardCharsets.UTF_8)
              .replaceFirst("\\R\\z", ""));
    } catch (IOException e) {
      throw new IOException(
          "can't read the password in " + file.get() + ": " + FailureWords.of(e), e);
    }
  }

  /** Whether the password is another one than {@code tried}, and may be read. */
  boolean differFrom(Secret tried) {
    try {
      return !password().equals(tried);
    } catch (IOException e) {
      return false;
    }
  }

  /** What a person can change for another try, as a part of a sentence. */
  String hint() {
    return file.map(path -> "or at once when " + path + " changes")
        .orElse(
            "with the same password; a new one in the URL needs a restart, one in"
                + " --vsphere-password-file does not");
  }
}
