package io.macpool.cli.gitlab;

/** The job itself is at fault: no other try can help. */
final class GitLabBuildFailure extends Exception {

  private static final long serialVersionUID = 1L;

  GitLabBuildFailure(String message) {
    super(message);
  }
}
