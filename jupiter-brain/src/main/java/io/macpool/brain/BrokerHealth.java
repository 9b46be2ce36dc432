package io.macpool.brain;

import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.lifecycle.reclaim.DestroyBackoff;
import io.macpool.brain.lifecycle.reconcile.Reconciler;
import io.macpool.brain.lifecycle.reconcile.SubReconcilers;
import io.macpool.brain.lifecycle.slots.Quarantine;
import io.macpool.brain.tart.TartHypervisor;
import io.macpool.brain.vsphere.VSphereHypervisor;
import io.macpool.service.http.Health;
import java.util.List;
import java.util.Optional;

/**
 * What makes the broker unready, and what it warns of. Unready is what another replica may be
 * without; what no replica can do better is a warning.
 */
record BrokerHealth(
    Optional<VSphereHypervisor> vsphere,
    Optional<TartHypervisor> tart,
    Hypervisor hypervisor,
    DestroyBackoff backoff,
    Quarantine quarantine) {

  /** All that is looked at once the parts run. */
  Health checks(Reconciler reconciler, SubReconcilers parts) {
    Health health = new Health();
    health.ready(
        vsphere.isPresent() ? "vcenter" : "macs",
        () -> hypervisor.inventory().match(k -> Optional.empty(), u -> Optional.of(u.cause())));
    health.ready("hosts", reconciler::notReady);
    health.warning("slots", parts.slots()::overcommit);
    health.warning("neighbours", reconciler::foreignBrokers);
    health.warning("lost records", reconciler::lostRecords);
    // Before its inventory is too old to be believed, and the broker not ready.
    vsphere.ifPresent(
        vcenter -> {
          health.warning("vcenter", vcenter::unreachable);
          health.warning("vsphere", () -> words(vcenter.warnings()));
        });
    tart.ifPresent(
        macs -> {
          health.warning("macs", macs::unreachable);
          health.warning("tart", () -> words(macs.warnings()));
          health.warning("providers", () -> words(hypervisor.warnings()));
        });
    health.warning("lost hosts", parts.hosts()::warning);
    health.warning("host hygiene", parts.hygiene()::warning);
    health.warning("destructions", backoff::warning);
    health.warning("creates", quarantine::warning);
    // A warning, as another replica could do no better, and reads go on.
    health.warning("reconciliation", reconciler::trouble);
    return health;
  }

  private static Optional<String> words(List<String> warnings) {
    return warnings.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", warnings));
  }
}
