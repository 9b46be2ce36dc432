package io.macpool.cli.guest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.macpool.cli.screen.PoolException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Copies folders and files to a guest and back: both sides say by checksums what they have, and tar
 * takes along what differs. Nothing is deleted on the other side.
 */
public final class Transfer {

  /** Takes what comes into the folder $1. */
  private static final String TAKE = "mkdir -p \"$1\" && tar -x -f - -C \"$1\"";

  /** Gives the files that are named to it, and all folders and links if $1 is one. */
  private static final String GIVE =
      """
      if test -d "$1"; then
        cd "$1" && { cat; find . ! -name . '(' -type d -o -type l ')' -print0; } |
          COPYFILE_DISABLE=1 tar -c -f - --no-recursion --null -T -
      else
        cd "$(dirname "$1")" && COPYFILE_DISABLE=1 tar -c -f - --no-recursion --null -T -
      fi
      """;

  private static final Redirect NOTHING = Redirect.from(Path.of("/dev/null").toFile());
  private static final Duration END = Duration.ofSeconds(10);
  private static final Duration LIMIT = Duration.ofMinutes(30);
  private static final int NOT_THERE = 4;
  private static final int SSH_FAILED = 255;
  private static final int TRIES = 3;
  private static final int MOST_LISTED = 64 << 20;

  private final Commands guest;

  /** Commands of the guest, each given as its words, not yet begun. */
  @FunctionalInterface
  interface Commands {
    ProcessBuilder of(List<String> words) throws IOException, InterruptedException;
  }

  /** By such commands. */
  Transfer(Commands guest) {
    this.guest = guest;
  }

  public static Transfer over(GuestShell shell) {
    return new Transfer(words -> shell.command(words, List.of("-T")));
  }

  /**
   * Makes a folder of the guest hold what one here holds, or a file.
   *
   * @param folder of the guest, relative to its home
   * @return how many files were sent
   * @throws PoolException if it did not arrive
   */
  public int upload(Path from, String folder) throws IOException, InterruptedException {
    if (!Files.exists(from)) {
      throw new PoolException("there is no %s to upload".formatted(from));
    }
    Manifest here = Manifest.of(from);
    List<String> missing = Manifest.missing(here.files(), listed(folder, true).files());
    List<String> names = new ArrayList<>(here.others());
    names.addAll(missing);
    Path root = Manifest.folderOf(from);
    Path list = written(names);
    try {
      for (int i = 0; i < TRIES; i++) {
        int taken = sent(root, list, folder);
        if (taken == 0) {
          return missing.size();
        }
        if (taken != SSH_FAILED) {
          break;
        }
      }
    } finally {
      Files.delete(list);
    }
    throw new PoolException("%s was not uploaded whole".formatted(from));
  }

  /**
   * Makes a folder here hold what one of the guest holds, or a file.
   *
   * @param from relative to the guest's home
   * @param named whether a folder gets one of its name here
   * @return how many files came
   * @throws PoolException if they did not
   */
  public int download(String from, Path into, boolean named)
      throws IOException, InterruptedException {
    Listing listing = listed(from, false);
    Map<String, String> there = listing.files();
    Path name = Path.of(from).normalize().getFileName();
    Path folder = (named && listing.folder() ? into.resolve(name) : into).toAbsolutePath();
    Files.createDirectories(folder);
    List<String> missing = Manifest.missing(there, Manifest.held(folder, there.keySet()));
    Path list = written(missing);
    try {
      for (int i = 0; i < TRIES; i++) {
        int given = received(from, list, folder);
        if (given == 0) {
          return missing.size();
        }
        if (given != SSH_FAILED) {
          break;
        }
      }
    } finally {
      Files.delete(list);
    }
    throw new PoolException("%s was not downloaded whole".formatted(from));
  }

  /** What the guest's tar ended with, or ours if it is that one's fault. */
  private int sent(Path root, Path list, String folder) throws IOException, InterruptedException {
    ProcessBuilder tar = tar("-c", "-C", root.toString());
    tar.command().addAll(List.of("--no-recursion", "--null", "-T", list.toString()));
    tar.environment().put("COPYFILE_DISABLE", "1"); // macOS adds files of its own
    List<Process> both =
        ProcessBuilder.startPipeline(
            List.of(
                tar.redirectInput(NOTHING).redirectError(Redirect.INHERIT),
                guest(TAKE, folder)
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.INHERIT)));
    int taken = status(both.get(1));
    return taken == 0 ? status(both.get(0)) : taken;
  }

  /** The same the other way round. The guest may be anybody's: what it sends has an end. */
  private int received(String from, Path list, Path folder)
      throws IOException, InterruptedException {
    Process tar =
        tar("-x", "-o", "-C", folder.toString())
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.INHERIT)
            .start();
    Process giving =
        guest(GIVE, from).redirectInput(list.toFile()).redirectError(Redirect.INHERIT).start();
    try (InputStream in = giving.getInputStream();
        OutputStream out = tar.getOutputStream()) {
      copy(in, out);
    } finally {
      if (giving.isAlive() && !giving.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
        giving.destroyForcibly();
      }
    }
    int given = status(giving);
    return given == 0 ? status(tar) : given;
  }

  /** What the guest has. */
  private record Listing(boolean folder, Map<String, String> files) {}

  private Listing listed(String path, boolean mayBeMissing)
      throws IOException, InterruptedException {
    for (int i = 0; i < TRIES; i++) {
      Process list = guest(Manifest.LIST, path).redirectError(Redirect.INHERIT).start();
      list.getOutputStream().close();
      byte[] lines = list.getInputStream().readNBytes(MOST_LISTED);
      list.getInputStream().close();
      int status = status(list);
      if (status == 0) {
        String text = new String(lines, UTF_8);
        return new Listing(text.startsWith(Manifest.FOLDER + "\n"), Manifest.parse(text));
      }
      if (status == NOT_THERE && mayBeMissing) {
        return new Listing(false, Map.of());
      }
      if (status == NOT_THERE) {
        throw new PoolException("the guest has no %s to download".formatted(path));
      }
      if (status != SSH_FAILED) {
        break;
      }
    }
    throw new PoolException("the guest could not say what %s holds".formatted(path));
  }

  private ProcessBuilder guest(String script, String path)
      throws IOException, InterruptedException {
    return guest.of(List.of("sh", "-c", script, "macpool", path));
  }

  /** By standard input or output. */
  private static ProcessBuilder tar(String what, String... words) {
    List<String> command = new ArrayList<>(List.of("tar", what, "-f", "-"));
    command.addAll(List.of(words));
    return new ProcessBuilder(command);
  }

  /** A file, for a pipe could be full on both sides at once. */
  private static Path written(List<String> names) throws IOException {
    StringBuilder text = new StringBuilder();
    names.forEach(name -> text.append("./").append(name).append('\0'));
    return Files.writeString(Files.createTempFile("macpool-", ".list"), text);
  }

  private static void copy(InputStream in, OutputStream out) throws IOException {
    byte[] buffer = new byte[64 << 10];
    long copied = 0;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      copied += n;
      if (copied > Manifest.MOST_BYTES) {
        throw new PoolException(
            "the guest sends more than %d GB".formatted(Manifest.MOST_BYTES >> 30));
      }
      out.write(buffer, 0, n);
    }
  }

  private static int status(Process process) throws InterruptedException {
    if (process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      return process.exitValue();
    }
    process.destroyForcibly();
    throw new PoolException("it took longer than 30 minutes to copy");
  }
}
