package io.macpool.cli.gitlab;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.macpool.broker.BrokerJson;
import io.macpool.cli.config.SshOptions;
import io.macpool.cli.instance.Patience;
import io.macpool.cli.instance.Size;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code macpool gitlab config}: its flags hold for all stages. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "The first stage: decides what the others do, and names the guest's directories to GitLab"
          + " Runner. All flags are given here; those of the broker and of SSH hold for the other"
          + " stages, too.",
      ""
    },
    footer = {
      "",
      "--wait and --boot together must be less than prepare_exec_timeout, an hour if it is not"
          + " set.",
      "",
      "Example, in config.toml below [runners.custom]:",
      "  config_args = [\"gitlab\", \"config\", \"--image\", \"macos-15\", \"--wait\", \"20m\"]"
    })
final class GitLabConfig extends GitLabStage {

  @Option(
      names = "--image",
      paramLabel = "IMAGE",
      description = "The image of jobs that name none (default: they have to).")
  private @Nullable String image;

  @Option(
      names = "--allow-image",
      paramLabel = "PATTERN",
      description =
          "An image that a job may name, * for any text; to be given for each (default: all that"
              + " the pool has).")
  private List<String> allowed = new ArrayList<>();

  @Mixin private Size size;

  @Mixin private Patience patience;

  @Option(
      names = "--lease",
      paramLabel = "DURATION",
      defaultValue = "3m",
      description =
          "When GitLab Runner dies, its Macs are destroyed after so long (default:"
              + " ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // picocli sets it, or its default
  private Duration lease;

  @Option(
      names = "--builds-dir",
      paramLabel = "DIR",
      defaultValue = "/var/tmp/builds",
      description = "Where the guest keeps the job's files (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // picocli sets it, or its default
  private String buildsDirectory;

  @Option(
      names = "--cache-dir",
      paramLabel = "DIR",
      defaultValue = "/var/tmp/cache",
      description = "Where the guest keeps the job's cache (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // picocli sets it, or its default
  private String cacheDirectory;

  @Mixin private SshOptions ssh;

  GitLabConfig() {
    super(GitLabJob.current());
  }

  @Override
  int run(GitLabJob job) throws JsonProcessingException {
    broker().check(); // now, not when a job waits for a Mac
    GitLabSettings settings =
        new GitLabSettings(
            "gitlab-" + job.id() + "-" + UUID.randomUUID(),
            lease,
            image,
            allowed,
            size.cpus(),
            size.megabytes(),
            patience.free(),
            patience.boot());
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put(GitLabJob.SETTINGS, BrokerJson.mapper().writeValueAsString(settings));
    environment.putAll(broker().handedOn());
    environment.putAll(broker().login(ssh).environment());
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("driver", Map.of("name", "macpool", "version", version()));
    answer.put("builds_dir", buildsDirectory);
    answer.put("cache_dir", cacheDirectory);
    answer.put("builds_dir_is_shared", false);
    answer.put("shell", "bash");
    answer.put("job_env", environment);
    out().println(BrokerJson.mapper().writeValueAsString(answer));
    out().flush();
    return 0;
  }

  private static String version() {
    return Optional.ofNullable(GitLabConfig.class.getPackage().getImplementationVersion())
        .orElse("unknown");
  }
}
