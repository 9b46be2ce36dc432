package io.macpool.gitops.git;

import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.yaml.YamlDocument;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Reads the image digests of releases out of a branch's history by Git's plumbing: objects, not
 * printed patches, so that no setting of a person (colour, attributes, an external diff) changes
 * the answer, and a merge commit's own content counts as any other.
 */
record DeployedDigests(GitProcess git) {

  private static final String DIGEST = "/spec/values/image/digest";
  private static final String RECONCILE =
      "/metadata/annotations/kustomize.toolkit.fluxcd.io~1reconcile";

  /**
   * Digests that any release below {@code path} named in any commit that {@code tips} reach, unless
   * Flux was told to leave it alone.
   */
  Set<String> on(List<String> tips, String path) {
    byte[] commits = commits(tips, List.of(path));
    Set<String> digests = new HashSet<>();
    for (String text : texts(blobs(commits, List.of(path))).values()) {
      for (YamlDocument document : SourceFile.of(Path.of(path), text).documents()) {
        String digest = document.text(DIGEST);
        boolean runs =
            !document.content().at("/spec/suspend").asBoolean()
                && !document.text(RECONCILE).equals("disabled");
        if (runs && !digest.isEmpty()) {
          digests.add(digest);
        }
      }
    }
    return digests;
  }

  /** The commits that changed something below one of {@code paths}, the newest first. */
  byte[] commits(List<String> tips, List<String> paths) {
    List<String> arguments = new ArrayList<>(List.of("rev-list", "--full-history"));
    arguments.addAll(tips);
    arguments.add("--");
    arguments.addAll(paths);
    return git.bytes(new byte[0], arguments.toArray(new String[0]));
  }

  /** The object names of the files that the commits made; a merge is held against each parent. */
  Set<String> blobs(byte[] commits, List<String> paths) {
    List<String> arguments =
        new ArrayList<>(List.of("diff-tree", "--stdin", "-r", "-m", "--root", "--no-commit-id"));
    arguments.addAll(List.of("--no-renames", "-z", "--"));
    arguments.addAll(paths);
    byte[] raw = git.bytes(commits, arguments.toArray(new String[0]));
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

  /** Object names to what they hold. */
  Map<String, String> texts(Set<String> blobs) {
    String names = String.join("\n", blobs) + (blobs.isEmpty() ? "" : "\n");
    byte[] answer = git.bytes(names.getBytes(StandardCharsets.UTF_8), "cat-file", "--batch");
    Map<String, String> texts = new TreeMap<>();
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
      texts.put(parts[0], new String(answer, end + 1, size, StandardCharsets.UTF_8));
      at = end + 1 + size + 1;
    }
    return texts;
  }
}
