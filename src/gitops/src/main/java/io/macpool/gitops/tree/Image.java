package io.macpool.gitops.tree;

/**
 * The image of a release.
 *
 * @param digest {@code sha256:…}; empty when the release names none
 */
public record Image(String repository, String tag, String digest) {

  @Override
  public String toString() {
    return repository + ":" + tag + (digest.isEmpty() ? "" : "@" + digest);
  }
}
