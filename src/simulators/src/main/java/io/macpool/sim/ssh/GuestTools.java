package io.macpool.sim.ssh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Programs that a Mac has and the machine of the simulator may lack. Guests find them last: on a
 * Mac its own come first.
 */
final class GuestTools {

  private static final String SW_VERS =
      """
      #!/bin/sh
      case "${1:-}" in
        -productName | --productName) echo 'macOS (simulated)' ;;
        -productVersion | --productVersion) echo 15.0 ;;
        -buildVersion | --buildVersion) echo 24A335 ;;
        '') printf 'ProductName:\\t\\tmacOS (simulated)\\nProductVersion:\\t\\t15.0\\nBuildVersion:\\t\\t24A335\\n' ;;
        *) echo "sw_vers: unknown option: $1" >&2; exit 1 ;;
      esac
      """;

  private GuestTools() {}

  /** Writes them; the folder that holds them. */
  static Path write(Path directory) throws IOException {
    Path tools = Files.createDirectories(directory.resolve("tools"));
    Path file = Files.writeString(tools.resolve("sw_vers"), SW_VERS);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return tools;
  }
}
