package io.macpool.worker.queue;

import com.rabbitmq.client.ShutdownSignalException;
import io.macpool.core.GoDuration;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RabbitMQ takes a delivery back, and closes its channel, when it stays unacked for longer than its
 * {@code consumer_timeout}: 30 minutes by default since 3.8.17. Ours stay unacked for a whole job.
 * That costs no job; it costs custody, so it is told. The limit can't be read over AMQP: the broker
 * tells it when it strikes.
 */
final class ConsumerTimeout {

  private static final Logger log = LoggerFactory.getLogger(ConsumerTimeout.class);
  private static final Pattern TOLD =
      Pattern.compile("delivery acknowledgement on channel \\d+ timed out.*?(\\d+) ms.*");

  private ConsumerTimeout() {}

  /** The limit, if that is why a channel closed. */
  static Optional<Duration> of(ShutdownSignalException cause) {
    Matcher told = TOLD.matcher(String.valueOf(cause.getMessage()));
    return told.find()
        ? Optional.of(Duration.ofMillis(Long.parseLong(told.group(1))))
        : Optional.empty();
  }

  /** Says it, and what to do. */
  static String advice(Duration limit) {
    return ("the job broker takes messages back after %s, its consumer_timeout, and jobs last"
            + " longer: set consumer_timeout above the longest job in rabbitmq.conf, or, from"
            + " RabbitMQ 3.12, x-consumer-timeout on the queue")
        .formatted(GoDuration.format(limit));
  }

  /** Logs it, if that is why a channel closed. */
  static void explain(ShutdownSignalException cause) {
    of(cause)
        .ifPresent(
            limit ->
                log.warn(
                    "the job runs on without its message, which others keep: {}", advice(limit)));
  }
}
