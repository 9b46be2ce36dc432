package io.macpool.worker.queue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.ReturnListener;
import io.macpool.core.GoDuration;
import io.macpool.core.claim.RunClaimPlanner.Ending;
import io.macpool.worker.job.StateReport;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How jobs end, written down before anybody is told, where every worker finds it (docs/adr/0012).
 * The report with which a job ends goes into a durable queue of its own, named after the message
 * that the job came in; then it is published; then the message is acked; then the queue is deleted.
 * So a message that comes again after its job's end was written down is never run again: whoever
 * gets it repeats the report and acks it.
 *
 * <p>The first word counts. Where two workers may want to have it, because the message was handed
 * out twice, they take turns: an exclusive queue is the lock, held by the connection over which the
 * word is written, so that a lock never outlives the right to write.
 *
 * <p>All methods wait for the broker.
 */
final class JobEndRecords {

  static final String PREFIX = "worker.ending.";

  private static final Logger log = LoggerFactory.getLogger(JobEndRecords.class);
  private static final Duration CONFIRM = Duration.ofSeconds(20);

  /** How long an end stays that nobody asks for; a message may wait this long for a worker. */
  private static final Duration KEPT = Duration.ofHours(24);

  private static final byte[] TOLD = AmqpReports.utf8("told");

  private static final Map<String, Object> ARGUMENTS =
      Map.of("x-expires", Math.toIntExact(KEPT.toMillis()));

  private final AmqpConnection connection;
  private final AmqpReports reports;
  private final RunLocks locks;
  private volatile boolean refused;

  /** To be made before whoever consumes: on each connection it looks first whether it may. */
  JobEndRecords(AmqpConnection connection, AmqpReports reports, RunLocks locks) {
    this.connection = connection;
    this.reports = reports;
    this.locks = locks;
    Runnable unused = connection.onConnected(this::probe);
  }

  /** The name under which the end of a message's job is written: the same at each delivery. */
  static String key(AMQP.BasicProperties properties, byte[] body) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      // Not its headers: some queues count deliveries in them.
      digest.update(
          AmqpReports.utf8(properties.getMessageId() + "\n" + properties.getTimestamp() + "\n"));
      return PREFIX + HexFormat.of().formatHex(digest.digest(body), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * Writes down the end of a job whose message nobody else ever had.
   *
   * @param held the channel that holds the delivery, in confirm mode
   */
  void write(Channel held, String key, StateReport report) throws IOException {
    if (refused) {
      return;
    }
    if (declare(held, key) > 0) {
      held.queuePurge(key); // of another message, the same to the byte, that is over
    }
    put(held, key, report);
  }

  /**
   * Writes down the end of a job whose message others may have had.
   *
   * @return whether this end counts; if not, the one that does is reported
   * @throws IOException if it is another's turn, or the connection is lost: to be tried again
   */
  boolean writeFirst(String key, StateReport report) throws IOException {
    Connection on = current();
    if (refused) {
      return true;
    }
    Optional<GetResponse> other =
        inTurn(
            on,
            key,
            () ->
                Declarations.with(
                    on,
                    channel -> {
                      if (declare(channel, key) > 0) {
                        return get(channel, key).filter(found -> !isOf(found, report));
                      }
                      channel.confirmSelect();
                      put(channel, key, report);
                      return Optional.empty();
                    }));
    if (other.isPresent()) {
      repeat(other.get());
    }
    return other.isEmpty();
  }

  /**
   * What is written down of the job of this message.
   *
   * @throws IOException if that can't be said for now
   */
  Ending find(String key) throws IOException {
    Connection on = current();
    if (refused || !Declarations.isThere(on, channel -> channel.queueDeclarePassive(key))) {
      return Ending.NONE;
    }
    int written =
        inTurn(
            on, key, () -> Declarations.with(on, channel -> channel.messageCount(key)).intValue());
    return switch (written) {
      case 0 -> Ending.NONE;
      case 1 -> Ending.WRITTEN;
      default -> Ending.TOLD;
    };
  }

  /** Reports the end that is written down once more, the same to the byte. */
  void tell(String key) throws IOException {
    Connection on = current();
    Optional<GetResponse> written =
        inTurn(on, key, () -> Declarations.with(on, channel -> get(channel, key)));
    if (written.isPresent()) {
      repeat(written.get());
      markTold(key);
    }
  }

  /**
   * Whether the job of this message has ended, whoever ran it; then its report is out.
   *
   * @throws IOException if that can't be said for now
   */
  boolean isEnded(String key) throws IOException {
    Ending ending = find(key);
    if (ending == Ending.WRITTEN) {
      tell(key);
    }
    return ending != Ending.NONE;
  }

  /** Notes, beside an end, that its report is confirmed: nobody need repeat it. */
  void markTold(String key) throws IOException {
    if (refused) {
      return;
    }
    Connection on = current();
    if (find(key) != Ending.WRITTEN) {
      return;
    }
    inTurn(
        on,
        key,
        () ->
            Declarations.with(
                on,
                channel -> {
                  channel.confirmSelect();
                  put(channel, key, MessageProperties.PERSISTENT_BASIC, TOLD);
                  return key;
                }));
  }

  /**
   * Forgets an end, once its message is acked.
   *
   * @param held the channel on which it was acked, which carries this out after the ack
   */
  void forget(Channel held, String key) throws IOException {
    if (!refused) {
      held.queueDeleteNoWait(key, false, false);
    }
  }

  private static int declare(Channel channel, String key) throws IOException {
    return channel.queueDeclare(key, true, false, false, ARGUMENTS).getMessageCount();
  }

  private static void put(Channel channel, String key, StateReport report) throws IOException {
    put(channel, key, AmqpReports.properties(report), AmqpReports.body(report));
  }

  /** One that no queue takes is confirmed, too: its node may have gone since the declaration. */
  private static void put(Channel channel, String key, AMQP.BasicProperties properties, byte[] body)
      throws IOException {
    AtomicBoolean returned = new AtomicBoolean();
    ReturnListener listening = channel.addReturnListener(message -> returned.set(true));
    try {
      channel.basicPublish("", key, true, properties, body);
      confirmed(channel);
    } finally {
      boolean unused = channel.removeReturnListener(listening);
    }
    if (returned.get()) {
      throw new IOException("the queue for how a job ends is gone, or its node is");
    }
  }

  private static void confirmed(Channel channel) throws IOException {
    try {
      if (!channel.waitForConfirms(CONFIRM.toMillis())) {
        throw new IOException("the broker refused to keep how a job ends");
      }
    } catch (TimeoutException e) {
      throw new IOException(
          "the broker did not confirm how a job ends within " + GoDuration.format(CONFIRM), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a job's end was written", e);
    }
  }

  /** What is written; it goes back to its place with the channel. */
  private static Optional<GetResponse> get(Channel channel, String key) throws IOException {
    return Optional.ofNullable(channel.basicGet(key, false));
  }

  private static boolean isOf(GetResponse found, StateReport report) {
    return report.id().equals(found.getProps().getMessageId());
  }

  private void repeat(GetResponse written) throws IOException {
    try {
      reports
          .repeat(written.getProps(), written.getBody())
          .get(CONFIRM.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("a report that was written down could not be repeated", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a report was repeated", e);
    }
  }

  /** One at a time over all workers; the broker refuses everybody else. */
  private static <T> T inTurn(Connection on, String key, Turn<T> turn) throws IOException {
    String lock = key + ".turn";
    return Declarations.with(
        on,
        channel -> {
          channel.queueDeclare(lock, false, true, true, null);
          T result = turn.take();
          channel.queueDelete(lock);
          return result;
        });
  }

  private interface Turn<T> {
    T take() throws IOException;
  }

  private Connection current() throws IOException {
    return connection.current().orElseThrow(() -> new IOException("there is no connection"));
  }

  /** A refusal on the channel of a delivery would lose the delivery: so it is provoked here. */
  private void probe(Connection on) {
    String name = PREFIX + "probe." + UUID.randomUUID();
    try {
      Declarations.with(
          on,
          channel -> {
            declare(channel, name);
            return channel.queueDelete(name);
          });
      refused = false;
    } catch (IOException e) {
      refused =
          Declarations.refusal(e).map(c -> c.getReplyCode() == AMQP.ACCESS_REFUSED).orElse(false);
      if (refused) {
        log.warn(
            "this user may not configure, write and read queues {}*: a job whose message is handed"
                + " out twice may be run twice. Allow it in the user's permissions",
            PREFIX);
      }
    }
    locks.refuse(refused);
  }
}
