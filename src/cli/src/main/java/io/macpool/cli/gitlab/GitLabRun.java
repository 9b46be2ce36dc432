package io.macpool.cli.gitlab;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerException;
import io.macpool.broker.Instance;
import io.macpool.cli.config.SshOptions;
import io.macpool.cli.guest.AtExit;
import io.macpool.cli.guest.CommandEnd;
import io.macpool.cli.guest.CommandEnd.How;
import io.macpool.cli.guest.GuestShell;
import io.macpool.cli.instance.HeldLease;
import io.macpool.cli.screen.Failures;
import io.macpool.cli.screen.PoolException;
import io.macpool.core.fleet.Endpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code macpool gitlab run}. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = {
      "The third stage, called for each part of the job: runs a script on its Mac.",
      ""
    },
    footer = {
      "",
      "Example, in config.toml below [runners.custom]:",
      "  run_exec = \"/opt/macpool/macpool\"",
      "  run_args = [\"gitlab\", \"run\"]"
    })
final class GitLabRun extends GitLabStage {

  private static final Duration LOGIN = Duration.ofSeconds(30);

  @Mixin private SshOptions ssh;

  @Parameters(index = "0", paramLabel = "SCRIPT", description = "The file to run.")
  private Path script;

  @Parameters(index = "1", paramLabel = "STAGE", description = "What part of the job it is.")
  private String stage;

  GitLabRun() {
    super(GitLabJob.current());
  }

  @Override
  int run(GitLabJob job) throws IOException, InterruptedException {
    GitLabSettings settings = job.neededSettings();
    GitLabJob.Mac mac =
        job.mac()
            .filter(left -> !left.addresses().isEmpty())
            .orElseThrow(
                () ->
                    new PoolException(
                        "the stage prepare left no Mac: set prepare_exec and prepare_args in"
                            + " [runners.custom]"));
    job.forgetStatus();
    BrokerClient client = broker().client();
    AtExit atExit = new AtExit();
    endWithParent(() -> giveBack(client, settings.lease(), Optional.of(mac)), job.systemFailure());
    HeldLease renewed =
        HeldLease.renewed(
            client, broker().threads(), settings.lease(), settings.leaseFor(), Duration.ZERO);
    try (GuestShell shell =
            atExit.add(
                GuestShell.open(
                    broker().login(ssh),
                    () -> endpoints(client, mac),
                    LOGIN,
                    Optional.of(job.knownHosts())));
        GuestScript running = atExit.add(new GuestScript(shell))) {
      return status(job, running.run(script));
    } finally {
      renewed.close();
    }
  }

  /**
   * A broker that is away must not end a job that its Mac can go on with. One that was started anew
   * relays at other ports than before.
   */
  private static List<Endpoint> endpoints(BrokerClient client, GitLabJob.Mac mac) {
    try {
      Optional<Instance> found = client.find(mac.id()).join();
      if (found.isEmpty()) {
        throw new PoolException("the job's Mac is gone: instance " + mac.id());
      }
      List<Endpoint> told = found.get().dialable();
      if (told.stream().anyMatch(endpoint -> endpoint.port().isPresent())) {
        return told;
      }
    } catch (CompletionException e) {
      if (!(Failures.cause(e) instanceof BrokerException)) {
        throw e;
      }
    }
    return mac.addresses().stream().map(Endpoint::parse).toList();
  }

  private int status(GitLabJob job, CommandEnd end) throws IOException {
    if (end.how() != How.ENDED) {
      throw new PoolException(
          "the connection to the job's Mac was lost during " + stage + ": its end is unknown");
    }
    if (end.status() == 0) {
      return 0;
    }
    job.tellStatus(end.status());
    return job.buildFailure();
  }
}
