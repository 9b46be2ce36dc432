package io.macpool.cli.gitlab;

import picocli.CommandLine.Command;

/** {@code macpool gitlab}: the stages of GitLab Runner's custom executor. */
@Command(
    name = "gitlab",
    mixinStandardHelpOptions = true,
    description = {
      "Runs GitLab's jobs on Macs of the pool, each on a fresh one: the four stages of GitLab"
          + " Runner's custom executor. GitLab Runner calls them, not you.",
      ""
    },
    subcommands = {
      GitLabConfig.class,
      GitLabPrepare.class,
      GitLabRun.class,
      GitLabCleanup.class,
    },
    footer = {
      "",
      "Example, in config.toml below [[runners]] with executor = \"custom\":",
      "  [runners.custom]",
      "  config_exec  = \"/opt/macpool/macpool\"",
      "  config_args  = [\"gitlab\", \"config\", \"--image\", \"macos-15\"]",
      "  prepare_exec = \"/opt/macpool/macpool\"",
      "  prepare_args = [\"gitlab\", \"prepare\"]",
      "and so on for run and cleanup: docs/gitlab.md has all of it."
    })
public final class GitLabCommand {}
