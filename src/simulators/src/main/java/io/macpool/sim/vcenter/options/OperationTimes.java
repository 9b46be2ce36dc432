package io.macpool.sim.vcenter.options;

import java.time.Duration;

/**
 * How long the simulated vCenter takes, before its time scale.
 *
 * @param linkedClone a CloneVM_Task of whatever kind
 * @param boot from power-on's end to the guest's address
 * @param instantBoot from an instant clone's end to the guest's address
 */
public record OperationTimes(
    Duration linkedClone,
    Duration instantClone,
    Duration reconfigure,
    Duration powerOn,
    Duration powerOff,
    Duration destroy,
    Duration boot,
    Duration instantBoot,
    Duration other) {

  public OperationTimes {
    for (Duration time :
        new Duration[] {
          linkedClone,
          instantClone,
          reconfigure,
          powerOn,
          powerOff,
          destroy,
          boot,
          instantBoot,
          other
        }) {
      if (time.isNegative()) {
        throw new IllegalArgumentException("an operation can't take " + time);
      }
    }
  }

  /** Nothing takes any time. */
  public static OperationTimes none() {
    Duration z = Duration.ZERO;
    return new OperationTimes(z, z, z, z, z, z, z, z, z);
  }

  /** As on Mac hosts with shared storage: a linked clone some seconds, a boot half a minute. */
  public static OperationTimes realistic() {
    return new OperationTimes(
        Duration.ofSeconds(4),
        Duration.ofSeconds(2),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(30),
        Duration.ofSeconds(2),
        Duration.ofSeconds(1));
  }

  public OperationTimes withClone(Duration time) {
    return new OperationTimes(
        time, instantClone, reconfigure, powerOn, powerOff, destroy, boot, instantBoot, other);
  }

  public OperationTimes withInstantClone(Duration time) {
    return new OperationTimes(
        linkedClone, time, reconfigure, powerOn, powerOff, destroy, boot, instantBoot, other);
  }

  public OperationTimes withReconfigure(Duration time) {
    return new OperationTimes(
        linkedClone, instantClone, time, powerOn, powerOff, destroy, boot, instantBoot, other);
  }

  public OperationTimes withPowerOn(Duration time) {
    return new OperationTimes(
        linkedClone, instantClone, reconfigure, time, powerOff, destroy, boot, instantBoot, other);
  }

  public OperationTimes withPowerOff(Duration time) {
    return new OperationTimes(
        linkedClone, instantClone, reconfigure, powerOn, time, destroy, boot, instantBoot, other);
  }

  public OperationTimes withDestroy(Duration time) {
    return new OperationTimes(
        linkedClone, instantClone, reconfigure, powerOn, powerOff, time, boot, instantBoot, other);
  }

  public OperationTimes withBoot(Duration time) {
    return new OperationTimes(
        linkedClone,
        instantClone,
        reconfigure,
        powerOn,
        powerOff,
        destroy,
        time,
        instantBoot,
        other);
  }

  public OperationTimes withInstantBoot(Duration time) {
    return new OperationTimes(
        linkedClone, instantClone, reconfigure, powerOn, powerOff, destroy, boot, time, other);
  }
}
