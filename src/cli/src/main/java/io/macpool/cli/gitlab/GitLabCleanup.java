package io.macpool.cli.gitlab;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code macpool gitlab cleanup}. */
@Command(
    name = "cleanup",
    mixinStandardHelpOptions = true,
    description = {"The last stage: destroys the job's Mac. Fine if there is none.", ""},
    footer = {
      "",
      "Example, in config.toml below [runners.custom]:",
      "  cleanup_exec = \"/opt/macpool/macpool\"",
      "  cleanup_args = [\"gitlab\", \"cleanup\"]"
    })
final class GitLabCleanup extends GitLabStage {

  /** Nobody waits for it: a broker that is started anew should still hear of it. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  GitLabCleanup() {
    super(GitLabJob.current());
  }

  @Override
  int run(GitLabJob job) throws IOException {
    Optional<GitLabSettings> settings = job.settings();
    if (settings.isPresent()) {
      giveBack(broker().patience(PATIENCE).client(), settings.get().lease(), job.mac());
    }
    return 0;
  }
}
