package io.macpool.sandbox;

import io.macpool.sandbox.Chaos.Deed;
import io.macpool.sandbox.Chaos.Harm;
import io.macpool.sandbox.brokersoak.PostgresServer;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.vcenter.VCenterSimulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** What may be done to the simulated peers. */
final class FaultInjection {

  private FaultInjection() {}

  static Deed amqpCut(JobBroker jobs) {
    return pick -> {
      jobs.cut();
      return Optional.of(Harm.mendingItself(""));
    };
  }

  static Deed amqpAway(JobBroker jobs) {
    return pick -> {
      jobs.stop();
      return Optional.of(new Harm("", jobs::resume));
    };
  }

  /** Every other time clients lose their connections, too: those of the node that goes. */
  static Deed amqpFailover(JobBroker jobs) {
    return pick -> {
      Runnable back = jobs.takeNodeAway();
      boolean cut = pick % 2 == 0;
      if (cut) {
        jobs.cut();
      }
      return Optional.of(new Harm(cut ? "with its connections" : "", back));
    };
  }

  static Deed logsRefused(JobBroker jobs) {
    return pick -> {
      jobs.refuseLogs(true);
      return Optional.of(new Harm("", () -> jobs.refuseLogs(false)));
    };
  }

  /** What waited in it is the scheduler's to queue anew. */
  static Deed queueDeleted(JobBroker jobs, Scheduler scheduler) {
    return pick -> {
      return jobs.deleteQueue(Wiring.QUEUE)
          .map(
              waited ->
                  new Harm(
                      "with " + waited.size() + " jobs that waited",
                      scheduler.queueWasDeleted(waited)));
    };
  }

  static Deed sshCut(GuestFleet guests) {
    return pick -> {
      List<String> running = List.copyOf(guests.running());
      if (running.isEmpty()) {
        return Optional.empty();
      }
      String guest = running.get(pick % running.size());
      try {
        guests.cut(guest);
      } catch (IllegalArgumentException gone) {
        return Optional.empty();
      }
      return Optional.of(Harm.mendingItself(guest));
    };
  }

  static Deed vcenterAway(VCenterSimulator vcenter) {
    return pick -> {
      vcenter.goAway();
      return Optional.of(new Harm("", vcenter::comeBack));
    };
  }

  static Deed hostCrashed(VCenterSimulator vcenter) {
    return host(vcenter, VCenterSimulator::crashHost);
  }

  static Deed hostDisconnected(VCenterSimulator vcenter) {
    return host(vcenter, VCenterSimulator::disconnectHost);
  }

  static Deed hostRefuses(VCenterSimulator vcenter) {
    return pick -> {
      List<String> hosts = vcenter.hosts();
      String host = hosts.get(pick % hosts.size());
      vcenter.administrator().refuseClones(host, true);
      return Optional.of(new Harm(host, () -> vcenter.administrator().refuseClones(host, false)));
    };
  }

  /** A little more than host hygiene lets it be up for. */
  static Deed hostAged(VCenterSimulator vcenter, InstantSource clock) {
    return pick -> {
      String host = vcenter.hosts().get(pick % vcenter.hosts().size());
      vcenter.administrator().upSince(host, clock.instant().minus(Duration.ofDays(43)));
      return Optional.of(Harm.mendingItself(host));
    };
  }

  static Deed datastoreFull(VCenterSimulator vcenter, String datastore) {
    return pick -> {
      vcenter.datastoreFull(datastore, true);
      return Optional.of(new Harm(datastore, () -> vcenter.datastoreFull(datastore, false)));
    };
  }

  static Deed questionAsked(VCenterSimulator vcenter, String datastore) {
    return pick -> {
      vcenter.askAtPowerOn(datastore, "msg.hbacommon.outofspace: no room", "Retry", "Cancel");
      return Optional.of(new Harm("", () -> vcenter.askAtPowerOn(datastore, "")));
    };
  }

  /** The file of authorities is changed in place when the mishap ends. */
  static Deed certificateRenewed(VCenterSimulator vcenter, Path authorities) {
    return pick -> {
      vcenter.renewCertificate();
      return Optional.of(
          new Harm(
              "",
              () -> {
                try {
                  Files.writeString(authorities, vcenter.certificatePem());
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              }));
    };
  }

  static Deed killed(SupervisedService... replicas) {
    return pick ->
        replicas[pick % replicas.length].kill()
            ? Optional.of(Harm.mendingItself(""))
            : Optional.empty();
  }

  /** It ends as a crash does, and recovers. */
  static Deed databaseCrashed(PostgresServer database) {
    return pick -> {
      try {
        database.crash();
      } catch (IOException | InterruptedException e) {
        throw failed("can't be stopped", e);
      }
      return Optional.of(
          new Harm(
              "",
              () -> {
                try {
                  database.start();
                } catch (IOException | InterruptedException e) {
                  throw failed("can't be started again", e);
                }
              }));
    };
  }

  private static IllegalStateException failed(String what, Exception cause) {
    if (cause instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    return new IllegalStateException("PostgreSQL " + what + ": " + cause.getMessage(), cause);
  }

  private static Deed host(VCenterSimulator vcenter, BiConsumer<VCenterSimulator, String> harm) {
    return pick -> {
      List<String> hosts = vcenter.hosts();
      String host = hosts.get(pick % hosts.size());
      harm.accept(vcenter, host);
      return Optional.of(new Harm(host, () -> vcenter.reconnectHost(host)));
    };
  }
}
