package io.macpool.worker.job.run;

import io.macpool.broker.BrokerClient;
import io.macpool.guest.ssh.GuestSessions;
import io.macpool.service.trace.Traces;
import io.macpool.worker.buildtrace.BuildTraces;
import io.macpool.worker.image.ImageSelector;
import io.macpool.worker.job.LogSink;
import io.macpool.worker.job.Reports;
import io.macpool.worker.job.StartFailures;
import io.macpool.worker.script.ScriptClient;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * All that the jobs of one worker share.
 *
 * @param buildTraces where traces are kept; empty: they are not fetched
 * @param threads where jobs' steps run: never blocked
 * @param blocking for what blocks on disks and networks
 */
public record JobDependencies(
    JobPolicy policy,
    WorkerFacts facts,
    Reports reports,
    LogSink logs,
    ScriptClient scripts,
    ImageSelector images,
    BrokerClient broker,
    GuestSessions guests,
    Optional<BuildTraces> buildTraces,
    StartFailures startFailures,
    JobMeters meters,
    Traces traces,
    Clock clock,
    ScheduledExecutorService scheduler,
    Executor threads,
    Executor blocking) {}
