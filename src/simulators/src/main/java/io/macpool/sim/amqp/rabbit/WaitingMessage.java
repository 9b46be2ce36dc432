package io.macpool.sim.amqp.rabbit;

import java.nio.charset.StandardCharsets;

/**
 * A message that waited in a queue when that was deleted.
 *
 * @param body as UTF-8
 * @param redelivered whether a consumer had it before; its job may run still
 */
public record WaitingMessage(String body, boolean redelivered) {

  /** The same, of what the wire holds. */
  public static WaitingMessage of(byte[] body, boolean redelivered) {
    return new WaitingMessage(new String(body, StandardCharsets.UTF_8), redelivered);
  }
}
