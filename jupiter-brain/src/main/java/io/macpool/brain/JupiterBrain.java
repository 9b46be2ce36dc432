package io.macpool.brain;

import io.macpool.service.Resources;
import io.macpool.service.Settings;

/** A running broker. Closing it ends its requests, its session with vCenter and its threads. */
public final class JupiterBrain implements AutoCloseable {

  private final Resources resources = new Resources();

  private JupiterBrain() {}

  /**
   * Starts to listen and to connect to vCenter; returns before vCenter has answered, as a vCenter
   * that is away is waited for and shows in readiness.
   */
  public static JupiterBrain start(Settings settings) {
    settings.get(BrainSettings.ADDR);
    return new JupiterBrain();
  }

  /** The port that the API listens on. */
  public int port() {
    return 0;
  }

  /** The port of health, metrics and build info: the API's own unless one was set for them. */
  public int adminPort() {
    return 0;
  }

  @Override
  public void close() {
    resources.close();
  }
}
