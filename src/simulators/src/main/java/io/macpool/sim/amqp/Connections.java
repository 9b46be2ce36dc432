package io.macpool.sim.amqp;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeoutException;

/** How the scheduler's side connects: finite time-outs, quick recovery. */
final class Connections {

  private static final int RECOVERY_MILLIS = 200;
  private static final int CONNECT_MILLIS = 30_000;

  private Connections() {}

  static Connection open(URI uri, String name) {
    ConnectionFactory factory = new ConnectionFactory();
    try {
      factory.setUri(uri);
      factory.setConnectionTimeout(CONNECT_MILLIS);
      factory.setHandshakeTimeout(CONNECT_MILLIS);
      factory.setNetworkRecoveryInterval(RECOVERY_MILLIS);
      factory.setAutomaticRecoveryEnabled(true);
      factory.setTopologyRecoveryEnabled(true);
      return factory.newConnection(name);
    } catch (IOException | TimeoutException | GeneralSecurityException e) {
      throw new IllegalStateException(
          "can't connect to AMQP at " + uri.getHost() + ":" + uri.getPort() + ": " + e, e);
    }
  }
}
