package io.macpool.cli.gitlab;

import io.macpool.broker.BrokerClient;
import io.macpool.cli.config.Broker;
import io.macpool.cli.screen.Failures;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** One stage of GitLab Runner's custom executor: its exit status says whose fault a failure is. */
public abstract class GitLabStage implements Callable<Integer> {

  private final GitLabJob job;

  @Mixin private Broker broker;
  @Spec private CommandSpec spec;

  GitLabStage(GitLabJob job) {
    this.job = job;
  }

  /**
   * Does the stage's work.
   *
   * @return the exit status
   * @throws GitLabBuildFailure if the job is at fault; whatever else is thrown is not its fault
   */
  abstract int run(GitLabJob job) throws Exception;

  @Override
  public Integer call() {
    try {
      return run(job);
    } catch (GitLabBuildFailure e) {
      err().println("macpool: " + e.getMessage());
      return job.buildFailure();
    } catch (Exception e) {
      Failures.say(err(), Failures.cause(e));
      return job.systemFailure();
    } finally {
      broker.close();
    }
  }

  /** Unusable options of a stage are no fault of the job. */
  public static void blameUs(CommandLine gitlab) {
    int status = GitLabJob.current().systemFailure();
    gitlab
        .getSubcommands()
        .values()
        .forEach(stage -> stage.getCommandSpec().exitCodeOnInvalidInput(status));
  }

  Broker broker() {
    return broker;
  }

  PrintWriter err() {
    return spec.commandLine().getErr();
  }

  PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** Has the try's Mac destroyed; fine if there is none. */
  static void giveBack(BrokerClient client, String lease, Optional<GitLabJob.Mac> mac) {
    boolean known = client.endLease(lease).join();
    if (!known && mac.isPresent()) {
      client.delete(mac.get().id()).join();
    }
  }

  /**
   * Ends us when whoever started us is gone: nobody would call {@code cleanup} then, nor tell a
   * script that its time is over.
   *
   * @param before what is done first
   */
  static void endWithParent(Runnable before, int status) {
    ProcessHandle.current()
        .parent()
        .ifPresent(
            parent -> {
              CompletableFuture<Void> unused =
                  parent
                      .onExit()
                      .thenRunAsync(
                          () -> {
                            try {
                              before.run();
                            } finally {
                              System.exit(status);
                            }
                          });
            });
  }
}
