package io.macpool.scaleset;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.NewInstance;
import io.macpool.guest.ssh.GuestSessions;
import io.macpool.scaleset.github.RunnerService;
import java.time.Duration;

/**
 * What all runners of a scale set share.
 *
 * @param broker makes instances under our lease
 * @param command starts the runner on one
 * @param boot how long an instance may take until it lets us in
 */
record RunnerPlace(
    RunnerService service,
    ScaleSetId scaleSet,
    String name,
    BrokerClient broker,
    NewInstance instance,
    GuestSessions guests,
    String command,
    Duration boot) {

  private static final int ID = 12;

  /** The name of the runner on an instance: whoever knows one knows the other. */
  String runner(String instanceId) {
    String id = instanceId.replaceAll("[^A-Za-z0-9]", "");
    return name + "-" + id.substring(0, Math.min(ID, id.length()));
  }
}
