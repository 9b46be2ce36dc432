package io.macpool.sim.amqp.rabbit;

/** What a client did wrong, as it will be told; closes its channel, or its whole connection. */
final class AmqpFault extends Exception {

  private static final long serialVersionUID = 1L;

  /** What a short string can hold: RabbitMQ cuts it there. */
  private static final int LONGEST = 255;

  private final int code;
  private final boolean closesConnection;

  private AmqpFault(int code, String text, boolean closesConnection) {
    super(text.substring(0, Math.min(text.length(), LONGEST)));
    this.code = code;
    this.closesConnection = closesConnection;
  }

  static AmqpFault accessRefused(String text) {
    return new AmqpFault(403, "ACCESS_REFUSED - " + text, false);
  }

  static AmqpFault notFound(String text) {
    return new AmqpFault(404, "NOT_FOUND - " + text, false);
  }

  static AmqpFault locked(String queue) {
    return new AmqpFault(
        405,
        ("RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '%s' in vhost '/'. It"
                + " could be originally declared on another connection or the exclusive property"
                + " value does not match that of the original declaration.")
            .formatted(queue),
        false);
  }

  static AmqpFault precondition(String text) {
    return new AmqpFault(406, "PRECONDITION_FAILED - " + text, false);
  }

  static AmqpFault invalid(String text) {
    return new AmqpFault(503, "COMMAND_INVALID - " + text, true);
  }

  static AmqpFault notAllowed(String text) {
    return new AmqpFault(530, "NOT_ALLOWED - " + text, true);
  }

  static AmqpFault notImplemented(String text) {
    return new AmqpFault(540, "NOT_IMPLEMENTED - " + text, true);
  }

  int code() {
    return code;
  }

  boolean closesConnection() {
    return closesConnection;
  }
}
