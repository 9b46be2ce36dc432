package io.macpool.worker.queue;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import io.macpool.core.GoDuration;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RabbitMQ takes a delivery back, and closes its channel, when it stays unacked for longer than its
 * {@code consumer_timeout}: 30 minutes by default since 3.8.17. Ours stay unacked for a whole job.
 * The limit can't be read over AMQP, so it can only be warned of.
 */
final class ConsumerTimeout {

  private static final Logger log = LoggerFactory.getLogger(ConsumerTimeout.class);
  private static final Duration DEFAULT = Duration.ofMinutes(30);
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+).*");

  private ConsumerTimeout() {}

  /** Warns if jobs may last longer than the default of this broker. */
  static void check(Connection connection, Duration longestHold) {
    Map<String, Object> server = connection.getServerProperties();
    String product = String.valueOf(server.get("product"));
    String version = String.valueOf(server.get("version"));
    if (product.equals("RabbitMQ") && hasTimeout(version) && longestHold.compareTo(DEFAULT) > 0) {
      log.warn(
          "a delivery may stay unacked for {} here; RabbitMQ {} takes it back after its"
              + " consumer_timeout, 30m by default: set consumer_timeout above {} in rabbitmq.conf",
          GoDuration.format(longestHold),
          version,
          GoDuration.format(longestHold));
    }
  }

  static boolean hasTimeout(String version) {
    Matcher parts = VERSION.matcher(version);
    if (!parts.matches()) {
      return false;
    }
    int number =
        Integer.parseInt(parts.group(1)) * 1_000_000
            + Integer.parseInt(parts.group(2)) * 1_000
            + Integer.parseInt(parts.group(3));
    return number >= 3_008_017;
  }

  /** Says what to do if that is why a channel closed. */
  static void explain(ShutdownSignalException cause) {
    if (String.valueOf(cause.getMessage()).contains("delivery acknowledgement on channel")) {
      log.error(
          "RabbitMQ took a delivery back because its job runs longer than consumer_timeout: the"
              + " job may be run twice; raise consumer_timeout in rabbitmq.conf");
    }
  }
}
