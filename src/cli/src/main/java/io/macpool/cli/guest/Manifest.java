package io.macpool.cli.guest;

import io.macpool.cli.screen.PoolException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a folder holds, by names relative to it.
 *
 * @param files the SHA-256 of each, in hexadecimal
 * @param others folders and symbolic links: no content, so nothing to compare
 */
record Manifest(Map<String, String> files, List<String> others) {

  /** One side holds the list in memory. */
  static final int MOST_FILES = 100_000;

  static final long MOST_BYTES = 10L << 30;

  /** The first line if it is one. */
  static final String FOLDER = "folder";

  /**
   * Prints {@value #FOLDER} and a line for each file below $1 as {@link #parse} reads it, or a line
   * for the file $1; ends with 4 if there is neither.
   */
  static final String LIST =
      """
      if command -v sha256sum >/dev/null; then sum=sha256sum; else sum='shasum -a 256'; fi
      if test -d "$1"; then echo folder; cd "$1" && find . -type f -exec $sum {} +
      elif test -f "$1"; then cd "$(dirname "$1")" && $sum "./$(basename "$1")"
      else exit 4; fi
      """;

  private static final Pattern LINE = Pattern.compile("([0-9a-f]{64}) [ *]\\./(.+)");

  /** What the other side has; a name that is told in another form counts as not there. */
  static Map<String, String> parse(String lines) {
    Map<String, String> files = new TreeMap<>();
    lines
        .lines()
        .forEach(
            line -> {
              Matcher file = LINE.matcher(line);
              if (file.matches()) {
                files.put(file.group(2), file.group(1));
              }
            });
    return files;
  }

  /** The folder itself, or the one that the file is in. */
  static Path folderOf(Path root) {
    return Files.isDirectory(root)
        ? root
        : Objects.requireNonNull(root.toAbsolutePath().getParent(), "a file is in a folder");
  }

  /**
   * Looks at a folder here, or at a single file.
   *
   * @throws PoolException if it is too much, or something there can't be read
   */
  static Manifest of(Path root) throws IOException {
    Scan scan = new Scan(folderOf(root));
    if (Files.isDirectory(root)) {
      Files.walkFileTree(root, scan);
    } else {
      scan.add(root.toAbsolutePath(), Files.size(root));
    }
    return new Manifest(scan.files, scan.others);
  }

  /** Of those files the ones that are in a folder here, too. */
  static Map<String, String> held(Path folder, Set<String> names) throws IOException {
    Map<String, String> held = new TreeMap<>();
    for (String name : names) {
      Path file = folder.resolve(name).normalize();
      if (file.startsWith(folder.normalize())
          && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        held.put(name, sha256(file));
      }
    }
    return held;
  }

  /** The files of one side that the other has not, or not so. */
  static List<String> missing(Map<String, String> one, Map<String, String> other) {
    return one.entrySet().stream()
        .filter(file -> !file.getValue().equals(other.get(file.getKey())))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static final class Scan extends SimpleFileVisitor<Path> {

    private final Path root;
    private final Map<String, String> files = new TreeMap<>();
    private final List<String> others = new ArrayList<>();
    private long bytes;

    Scan(Path root) {
      this.root = root;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      if (!folder.equals(root)) {
        others.add(name(folder));
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (attributes.isRegularFile()) {
        add(file, attributes.size());
      } else if (Files.isSymbolicLink(file)) {
        others.add(name(file));
      } // Sockets and pipes are of no use elsewhere.
      return FileVisitResult.CONTINUE;
    }

    void add(Path file, long size) throws IOException {
      bytes += size;
      if (bytes > MOST_BYTES || files.size() + others.size() >= MOST_FILES) {
        throw new PoolException(
            "%s is too much to copy: %d files and %d GB at most"
                .formatted(root, MOST_FILES, MOST_BYTES >> 30));
      }
      files.put(name(file), sha256(file));
    }

    private String name(Path file) {
      return root.toAbsolutePath().relativize(file.toAbsolutePath()).toString();
    }
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[64 << 10];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
