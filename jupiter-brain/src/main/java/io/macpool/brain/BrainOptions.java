package io.macpool.brain;

import io.macpool.brain.http.ApiOptions;
import io.macpool.brain.http.access.AccessTokens;
import io.macpool.brain.http.access.AccessTokens.Role;
import io.macpool.brain.lifecycle.WarmPool;
import io.macpool.brain.lifecycle.create.Creations;
import io.macpool.brain.lifecycle.hygiene.HostHygiene;
import io.macpool.brain.lifecycle.hygiene.RebootHook;
import io.macpool.brain.lifecycle.reconcile.Reconciler;
import io.macpool.brain.lifecycle.slots.Placement;
import io.macpool.brain.lifecycle.slots.Quarantine;
import io.macpool.brain.vsphere.access.VSphereOptions;
import io.macpool.core.fleet.ReclaimPlanner;
import io.macpool.core.fleet.fault.FaultAttribution;
import io.macpool.core.fleet.placement.WarmPoolPlanner;
import io.macpool.core.hygiene.HygienePolicy;
import io.macpool.service.database.DatabaseAddress;
import io.macpool.service.setting.Settings;
import io.macpool.service.setting.SettingsException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the settings mean to each part of the broker. */
final class BrainOptions {

  /** By then vCenter shows a clone that was asked for, as a machine or as a task. */
  private static final Duration CLONE_APPEARS = Duration.ofSeconds(30);

  /** Storage is made room on by a person: whether there is room again is cheap to try. */
  private static final Duration STORE_REST = Duration.ofSeconds(10);

  /** Nobody is asked while a hook may still run for the same host. */
  private static final Duration LEAST_REBOOT = RebootHook.LIMIT.multipliedBy(2);

  private final Settings settings;
  private final AccessTokens tokens;
  private final Optional<VSphereOptions> vsphere;
  private final DatabaseAddress database;
  private final List<WarmPoolPlanner.Policy> warm;
  private final Optional<RebootHook> hook;
  private final Optional<TartAccess> tart;

  /**
   * @throws SettingsException naming every setting whose value can't be used
   */
  BrainOptions(Settings settings) {
    this.settings = settings;
    SettingsProblems problems = new SettingsProblems();
    tokens = tokens(problems);
    vsphere = VSpherePool.of(settings, problems);
    database =
        settings
            .find(BrainSettings.DATABASE_URL)
            .map(
                url ->
                    problems.check(BrainSettings.DATABASE_URL, () -> DatabaseAddress.postgres(url)))
            .orElseGet(this::embedded);
    warm =
        settings
            .find(BrainSettings.WARM)
            .map(text -> problems.check(BrainSettings.WARM, () -> WarmPolicies.parse(text)))
            .orElse(List.of());
    hook =
        settings
            .find(HygieneSettings.HYGIENE_REBOOT)
            .map(
                secret ->
                    problems.check(
                        HygieneSettings.HYGIENE_REBOOT, () -> RebootHook.parse(secret.reveal())));
    if (settings.get(HygieneSettings.HYGIENE_REBOOT_TIMEOUT).compareTo(LEAST_REBOOT) < 0) {
      problems.add("HYGIENE_REBOOT_TIMEOUT must be two minutes at least: a hook may take one");
    }
    tart =
        TartAccess.of(
            settings,
            warm.stream().map(WarmPoolPlanner.Policy::image).collect(Collectors.toSet()),
            problems);
    problems.throwIfAny();
  }

  private AccessTokens tokens(SettingsProblems problems) {
    AccessTokens all = new AccessTokens();
    settings
        .find(BrainSettings.AUTH_TOKEN)
        .ifPresent(
            token ->
                problems.check(
                    BrainSettings.AUTH_TOKEN,
                    () -> all.add(token, new AccessTokens.Client("default", Role.ADMIN))));
    settings
        .find(BrainSettings.AUTH_TOKENS)
        .ifPresent(
            list -> problems.check(BrainSettings.AUTH_TOKENS, () -> all.addAll(list, Role.CLIENT)));
    settings
        .find(BrainSettings.ADMIN_TOKENS)
        .ifPresent(
            list -> problems.check(BrainSettings.ADMIN_TOKENS, () -> all.addAll(list, Role.ADMIN)));
    settings
        .find(BrainSettings.READ_TOKENS)
        .ifPresent(
            list -> problems.check(BrainSettings.READ_TOKENS, () -> all.addAll(list, Role.READER)));
    if (all.isEmpty() && problems.isEmpty()) {
      problems.add("AUTH_TOKEN or AUTH_TOKENS is required: without one nobody may call");
    }
    return all;
  }

  private DatabaseAddress embedded() {
    return settings
        .find(BrainSettings.LEDGER_FILE)
        .map(file -> DatabaseAddress.file(Path.of(file)))
        .orElseGet(DatabaseAddress::memory);
  }

  AccessTokens tokens() {
    return tokens;
  }

  DatabaseAddress database() {
    return database;
  }

  WarmPool.Options warm() {
    return new WarmPool.Options(warm, settings.get(BrainSettings.WARM_BOOT_TIMEOUT));
  }

  Optional<TartAccess> tart() {
    return tart;
  }

  /** How vCenter is reached; empty if there are Macs with tart alone. */
  Optional<VSphereOptions> vsphere() {
    return vsphere;
  }

  Creations.Limits limits() {
    return new Creations.Limits(
        new Placement.Rules(
            settings.get(BrainSettings.PLACEMENT),
            settings.get(BrainSettings.SLOTS_PER_HOST),
            settings.get(BrainSettings.HOST_CONCURRENT_OPERATIONS),
            settings.get(VSphereSettings.VSPHERE_CONCURRENT_CREATE_OPERATIONS)),
        settings.get(VSphereSettings.VSPHERE_TASK_TIMEOUT),
        settings.get(BrainSettings.WAIT_WHEN_FULL),
        settings.get(BrainSettings.OWNER_QUOTA));
  }

  FaultAttribution.Policy attribution() {
    return new FaultAttribution.Policy(
        settings.get(BrainSettings.HOST_REST_AFTER), settings.get(BrainSettings.QUARANTINE_AFTER));
  }

  Quarantine.Terms rests() {
    Duration image = settings.get(BrainSettings.QUARANTINE_FOR);
    return new Quarantine.Terms(
        settings.get(BrainSettings.HOST_REST), image, shorter(image, STORE_REST));
  }

  HostHygiene.Options hygiene() {
    HygienePolicy usual = HygienePolicy.USUAL;
    return new HostHygiene.Options(
        new HygienePolicy(
            settings.get(HygieneSettings.HYGIENE_MAX_UPTIME),
            settings.find(HygieneSettings.HYGIENE_WINDOW),
            settings.get(HygieneSettings.HYGIENE_IN_SERVICE) / 100.0,
            settings.get(HygieneSettings.HYGIENE_AT_ONCE),
            settings.get(HygieneSettings.HYGIENE_REFUSALS),
            usual.repairTime(),
            usual.drainLimit(),
            settings.get(HygieneSettings.HYGIENE_REBOOT_TIMEOUT),
            usual.mostAsks(),
            usual.retryAfter()),
        hook,
        settings.get(HygieneSettings.HYGIENE_DRY_RUN),
        settings.find(HygieneSettings.HYGIENE_CONNECT_PORT).stream()
            .mapToInt(Integer::intValue)
            .findFirst(),
        settings.get(BrainSettings.SLOTS_PER_HOST));
  }

  Reconciler.Options reconciliation() {
    Duration interval = settings.get(BrainSettings.RECONCILE_INTERVAL);
    return new Reconciler.Options(
        interval,
        interval.multipliedBy(2),
        settings.get(BrainSettings.LEDGER_KEEP),
        settings.get(BrainSettings.SLOTS_PER_HOST),
        settings.get(BrainSettings.DRY_RUN),
        new ReclaimPlanner.Policy(
            settings.get(BrainSettings.JANITOR_CUTOFF),
            settings.get(BrainSettings.JANITOR_ZERO_UPTIME_CUTOFF),
            shorter(settings.get(BrainSettings.REQUEST_TIMEOUT), CLONE_APPEARS),
            interval.multipliedBy(3),
            interval.dividedBy(2),
            interval.multipliedBy(3),
            settings.get(BrainSettings.DESTROY_BUDGET)));
  }

  ApiOptions api() {
    return new ApiOptions(
        settings.get(BrainSettings.ADDR),
        settings.get(BrainSettings.REQUEST_TIMEOUT),
        settings.get(BrainSettings.MAX_CPUS),
        settings.get(BrainSettings.MAX_RAM),
        settings.get(BrainSettings.JANITOR_CUTOFF),
        settings.get(BrainSettings.SLOTS_PER_HOST));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
