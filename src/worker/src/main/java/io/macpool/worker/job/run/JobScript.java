package io.macpool.worker.job.run;

import io.macpool.broker.net.Retries;
import io.macpool.core.job.JobEvent;
import io.macpool.worker.job.JobPayload;
import io.macpool.worker.script.ScriptClient;
import io.macpool.worker.script.ScriptException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One job's script, from the generator until it is in the instance. Answers as events. */
final class JobScript {

  private static final Logger log = LoggerFactory.getLogger(JobScript.class);

  private final JobPayload job;
  private final ScriptClient generator;
  private final Consumer<JobEvent> tell;
  private volatile byte[] content = new byte[0];

  JobScript(JobPayload job, ScriptClient generator, Consumer<JobEvent> tell) {
    this.job = job;
    this.generator = generator;
    this.tell = tell;
  }

  void generate() {
    CompletableFuture<byte[]> unused =
        CompletableFuture.completedFuture(job)
            .thenCompose(generator::generate) // a fault of ours, too, is an answer
            .whenComplete(
                (generated, failure) -> {
                  if (failure == null) {
                    content = generated;
                    tell.accept(new JobEvent.ScriptGenerated());
                  } else {
                    tell.accept(failed(Retries.cause(failure)));
                  }
                });
  }

  private JobEvent failed(Throwable cause) {
    log.warn("no script for job {}: {}", job.jobId(), cause.getMessage());
    if (!(cause instanceof ScriptException known)) {
      return new JobEvent.ScriptUnavailable("the worker's own log tells why");
    }
    return known.isPermanent()
        ? new JobEvent.ScriptRefused(
            "An error occurred while generating the build script. (" + known.forUsers() + ")")
        : new JobEvent.ScriptUnavailable(known.forUsers());
  }

  byte[] content() {
    return content;
  }

  /** It is in the instance by now: a job that runs should cost little. */
  void forget() {
    content = new byte[0];
  }
}
