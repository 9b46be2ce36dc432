package io.macpool.worker.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import io.macpool.service.setting.Secret;
import io.macpool.sim.peer.Peer;
import io.macpool.worker.job.LogPart;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sharded exchange is a plug-in's of RabbitMQ: no other broker has it. */
class ShardedLogsRabbitMqIT {

  private static final String SHARDS = "test.shards";

  @TempDir private Path spool;

  @Test
  void aJobsLogStaysInOneShardAndInOrder() throws Exception {
    Optional<String> broker = Peer.RABBITMQ.location();
    Assumptions.assumeTrue(broker.isPresent(), "no RabbitMQ is given: set PEERS_RABBITMQ");
    AmqpEndpoint endpoint =
        new AmqpEndpoint(
            new Secret(broker.orElseThrow()),
            Optional.empty(),
            Optional.empty(),
            "none",
            false,
            Duration.ofSeconds(10));
    ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    try (AmqpConnection connection = new AmqpConnection("sharded", endpoint, 1, scheduler);
        AmqpLogs logs =
            new AmqpLogs(
                connection,
                true,
                new LogSpool(spool, 1 << 20),
                new AmqpThreads(ForkJoinPool.commonPool(), scheduler))) {
      connection.start();
      await().until(() -> connection.current().isPresent());
      Connection own = connection.current().orElseThrow();
      Channel channel = own.createChannel();
      channel.exchangeDeclare(AmqpLogs.SHARDED, "x-modulus-hash", true, false, Map.of());
      for (int shard = 0; shard < 3; shard++) {
        channel.queueDeclare(SHARDS + shard, false, true, true, null);
        channel.queueBind(SHARDS + shard, AmqpLogs.SHARDED, "");
      }
      for (int number = 0; number < 5; number++) {
        for (long job = 1; job <= 20; job++) {
          CompletableFuture<Void> unused =
              logs.publish(new LogPart(job, "uuid", number, job + ":" + number, false, Map.of()));
        }
      }
      logs.publish(new LogPart(1, "uuid", 5, "", true, Map.of())).join();

      Set<Integer> used = new HashSet<>();
      Map<String, Integer> shardOf = new HashMap<>();
      for (int shard = 0; shard < 3; shard++) {
        Map<String, Integer> next = new HashMap<>();
        for (GetResponse got = get(channel, shard); got != null; got = get(channel, shard)) {
          String job = got.getEnvelope().getRoutingKey();
          String body = new String(got.getBody(), StandardCharsets.UTF_8);
          assertThat(body).contains("\"number\":" + (next.merge(job, 1, Integer::sum) - 1));
          assertThat(shardOf.putIfAbsent(job, shard)).isIn(null, shard);
          used.add(shard);
        }
      }
      assertThat(shardOf.keySet()).hasSize(20);
      assertThat(used).hasSizeGreaterThan(1);
    } finally {
      scheduler.shutdownNow();
    }
  }

  private static GetResponse get(Channel channel, int shard) throws java.io.IOException {
    return channel.basicGet(SHARDS + shard, true);
  }
}
