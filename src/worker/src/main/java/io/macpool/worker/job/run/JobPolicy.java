package io.macpool.worker.job.run;

import io.macpool.core.job.JobLimits;
import io.macpool.core.job.Timer;
import io.macpool.service.setting.Settings;
import io.macpool.worker.InstanceSettings;
import io.macpool.worker.ScriptGeneratorSettings;
import io.macpool.worker.WorkerSettings;
import io.macpool.worker.job.JobPayload;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** What the settings say of how jobs are run. */
public record JobPolicy(
    Duration hardTimeout,
    Duration logTimeout,
    Duration uploadTimeout,
    Duration startupTimeout,
    Duration slotWait,
    Duration reconnectTimeout,
    Duration bootPoll,
    Duration probeTimeout,
    Duration loginTimeout,
    int maxLogLength,
    int maxStartFailures,
    boolean keepSilentInstance,
    int cpus,
    int ram,
    Optional<String> keychainPassword,
    JobPayload.Attributes defaults) {

  private static final Duration TRACE_TIMEOUT = Duration.ofSeconds(30);

  public static JobPolicy of(Settings settings) {
    return new JobPolicy(
        settings.get(WorkerSettings.HARD_TIMEOUT),
        settings.get(WorkerSettings.LOG_TIMEOUT),
        settings.get(WorkerSettings.SCRIPT_UPLOAD_TIMEOUT),
        settings.get(WorkerSettings.STARTUP_TIMEOUT),
        settings.get(InstanceSettings.CAPACITY_WAIT),
        settings.get(InstanceSettings.SSH_RECONNECT_TIMEOUT),
        settings.get(InstanceSettings.BOOT_POLL_SLEEP),
        settings.get(InstanceSettings.BOOT_POLL_DIAL_TIMEOUT),
        settings.get(InstanceSettings.SSH_DIAL_TIMEOUT),
        settings.get(WorkerSettings.MAX_LOG_LENGTH),
        settings.get(WorkerSettings.MAX_START_FAILURES),
        settings.get(WorkerSettings.SKIP_SHUTDOWN_ON_LOG_TIMEOUT),
        settings.get(InstanceSettings.INSTANCE_CPUS),
        settings.get(InstanceSettings.INSTANCE_RAM),
        settings.find(InstanceSettings.KEYCHAIN_PASSWORD).map(secret -> secret.reveal()),
        new JobPayload.Attributes(
            Optional.empty(),
            Optional.empty(),
            settings.find(ScriptGeneratorSettings.DEFAULT_LANGUAGE),
            settings.find(ScriptGeneratorSettings.DEFAULT_DIST),
            settings.find(ScriptGeneratorSettings.DEFAULT_ARCH),
            settings.find(ScriptGeneratorSettings.DEFAULT_GROUP),
            settings.find(ScriptGeneratorSettings.DEFAULT_OS)));
  }

  /** The limits of one job. */
  JobLimits limits(JobPayload job, int priorStartFailures, boolean keepsTraces) {
    Map<Timer, Duration> timers = new EnumMap<>(Timer.class);
    timers.put(Timer.STARTUP, startupTimeout);
    timers.put(Timer.SLOT_WAIT, slotWait);
    timers.put(Timer.UPLOAD, uploadTimeout);
    timers.put(Timer.HARD, job.hardLimit().orElse(hardTimeout));
    timers.put(Timer.SILENCE, job.logSilence().orElse(logTimeout));
    timers.put(Timer.RECONNECT, reconnectTimeout);
    timers.put(Timer.TRACE, TRACE_TIMEOUT);
    return new JobLimits(
        timers,
        maxLogLength,
        priorStartFailures,
        maxStartFailures,
        job.trace() && keepsTraces,
        keepSilentInstance);
  }

  @Override
  public String toString() {
    return "JobPolicy"; // one of its components is a password
  }
}
