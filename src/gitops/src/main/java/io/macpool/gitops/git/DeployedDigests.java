package io.macpool.gitops.git;

import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.yaml.YamlDocument;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads the image digests of releases out of a branch's history by Git's plumbing: objects, not
 * printed patches, so that no setting of a person (colour, attributes, an external diff) changes
 * the answer, and a merge commit's own content counts as any other.
 */
record DeployedDigests(GitProcess git) {

  private static final String DIGEST = "/spec/values/image/digest";

  /** Digests that any file below {@code path} named in any commit that {@code tips} reach. */
  Set<String> on(List<String> tips, String path) {
    List<String> arguments = new ArrayList<>(List.of("rev-list", "--full-history"));
    arguments.addAll(tips);
    arguments.addAll(List.of("--", path));
    byte[] commits = git.bytes(new byte[0], arguments.toArray(new String[0]));
    Set<String> digests = new HashSet<>();
    for (String text : texts(blobs(commits, path))) {
      for (YamlDocument document : SourceFile.of(Path.of(path), text).documents()) {
        String digest = document.text(DIGEST);
        if (!digest.isEmpty()) {
          digests.add(digest);
        }
      }
    }
    return digests;
  }

  /** The object names of the files that the commits made; a merge is held against each parent. */
  private Set<String> blobs(byte[] commits, String path) {
    byte[] raw =
        git.bytes(
            commits,
            "diff-tree",
            "--stdin",
            "-r",
            "-m",
            "--root",
            "--no-commit-id",
            "--no-renames",
            "-z",
            "--",
            path);
    Set<String> blobs = new TreeSet<>();
    for (String field : new String(raw, StandardCharsets.UTF_8).split("\0", -1)) {
      // ":oldmode newmode oldsha newsha status", then the path in a field of its own.
      String[] parts = field.split(" ", -1);
      boolean file = field.startsWith(":") && parts.length == 5 && parts[1].startsWith("100");
      if (file && !parts[4].startsWith("D")) {
        blobs.add(parts[3]);
      }
    }
    return blobs;
  }

  private List<String> texts(Set<String> blobs) {
    String names = String.join("\n", blobs) + (blobs.isEmpty() ? "" : "\n");
    byte[] answer = git.bytes(names.getBytes(StandardCharsets.UTF_8), "cat-file", "--batch");
    List<String> texts = new ArrayList<>();
    int at = 0;
    while (at < answer.length) {
      int end = at;
      while (answer[end] != '\n') {
        end++;
      }
      String header = new String(answer, at, end - at, StandardCharsets.UTF_8);
      String[] parts = header.split(" ", -1);
      if (parts.length != 3) {
        throw new GitException("git cat-file says \"" + header + "\": the clone lacks an object");
      }
      int size = Integer.parseInt(parts[2]);
      texts.add(new String(answer, end + 1, size, StandardCharsets.UTF_8));
      at = end + 1 + size + 1;
    }
    return texts;
  }
}
