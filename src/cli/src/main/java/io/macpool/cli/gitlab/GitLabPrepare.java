package io.macpool.cli.gitlab;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerException;
import io.macpool.broker.BrokerException.Reason;
import io.macpool.broker.Instance;
import io.macpool.broker.NewInstance;
import io.macpool.cli.config.SshOptions;
import io.macpool.cli.guest.AtExit;
import io.macpool.cli.guest.GuestShell;
import io.macpool.cli.instance.FreeMac;
import io.macpool.cli.instance.HeldLease;
import io.macpool.cli.screen.Failures;
import io.macpool.cli.screen.PoolException;
import io.macpool.core.GoDuration;
import io.macpool.core.fleet.Endpoint;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code macpool gitlab prepare}. */
@Command(
    name = "prepare",
    mixinStandardHelpOptions = true,
    description = {"The second stage: takes a fresh Mac for the job, under a lease.", ""},
    footer = {
      "",
      "Example, in config.toml below [runners.custom]:",
      "  prepare_exec = \"/opt/macpool/macpool\"",
      "  prepare_args = [\"gitlab\", \"prepare\"]"
    })
final class GitLabPrepare extends GitLabStage {

  @Mixin private SshOptions ssh;

  GitLabPrepare() {
    this(GitLabJob.current());
  }

  GitLabPrepare(GitLabJob job) {
    super(job);
  }

  @Override
  int run(GitLabJob job) throws GitLabBuildFailure, IOException, InterruptedException {
    GitLabSettings settings = job.neededSettings();
    String image = settings.imageFor(job.image());
    BrokerClient client = broker().client();
    endWithParent(() -> {}, job.systemFailure());
    // Also a signal ends what was begun: cleanup then has nothing left to do.
    try (Begun begun = new AtExit().add(new Begun(job, settings, client))) {
      take(job, settings, image, client);
      begun.keep();
      return 0;
    }
  }

  /** What is given back unless all went well. */
  private record Begun(
      GitLabJob job, GitLabSettings settings, BrokerClient client, AtomicBoolean over)
      implements AutoCloseable {

    Begun(GitLabJob job, GitLabSettings settings, BrokerClient client) {
      this(job, settings, client, new AtomicBoolean());
    }

    synchronized void keep() {
      over.set(true);
    }

    /** Whoever comes second, at a signal, waits for the first. */
    @Override
    public synchronized void close() throws IOException {
      if (!over.getAndSet(true)) {
        giveBack(client, settings.lease(), job.mac());
      }
    }
  }

  private void take(GitLabJob job, GitLabSettings settings, String image, BrokerClient client)
      throws GitLabBuildFailure, IOException, InterruptedException {
    long begun = System.nanoTime();
    if (!client.renew(settings.lease(), settings.leaseFor()).join()) {
      err().println("macpool: this broker knows no leases: Macs of a Runner that dies stay");
    }
    HeldLease renewed =
        HeldLease.renewed(
            client,
            broker().threads(),
            settings.lease(),
            settings.leaseFor(),
            HeldLease.pause(settings.leaseFor()));
    try {
      Instance made = make(settings, image, client.leasedBy(settings.lease()));
      job.remember(new GitLabJob.Mac(made.id(), List.of()));
      try (GuestShell shell =
          GuestShell.open(
              broker().login(ssh),
              () -> endpoints(client, made.id()),
              settings.boot(),
              Optional.of(job.knownHosts()))) {
        job.remember(new GitLabJob.Mac(made.id(), List.of(shell.endpoint().toString())));
      }
      Duration took = Duration.ofNanos(System.nanoTime() - begun);
      out()
          .printf(
              "macpool: %s%s is ready after %s: instance %s%n",
              image,
              made.host() == null ? "" : " on " + made.host(),
              GoDuration.format(took.truncatedTo(ChronoUnit.SECONDS)),
              made.id());
    } finally {
      renewed.close();
    }
  }

  private Instance make(GitLabSettings settings, String image, BrokerClient client)
      throws GitLabBuildFailure, InterruptedException {
    NewInstance wanted = NewInstance.of(image, settings.cpus(), settings.ram());
    try {
      return FreeMac.await(client, wanted, settings.lease(), settings.patience(), err());
    } catch (CompletionException e) {
      if (Failures.cause(e) instanceof BrokerException refused
          && refused.reason() == Reason.UNKNOWN_IMAGE) {
        throw new GitLabBuildFailure(
            "the pool has no image %s: macpool images lists them".formatted(image));
      }
      throw e;
    }
  }

  private static List<Endpoint> endpoints(BrokerClient client, String id) {
    return client
        .find(id)
        .join()
        .map(Instance::dialable)
        .orElseThrow(() -> new PoolException("instance " + id + " is gone"));
  }
}
