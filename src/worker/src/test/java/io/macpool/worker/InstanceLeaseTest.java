package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerEndpoint;
import io.macpool.broker.InstanceLease;
import io.macpool.broker.net.RetryPolicy;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Renewals of a lease, one at each call of the timer. */
class InstanceLeaseTest {

  @ParameterizedTest
  @ValueSource(ints = {404, 405})
  void aBrokerThatKnowsNoLeasesIsAskedAgainRarely(int status) throws IOException {
    AtomicInteger renewals = new AtomicInteger();
    HttpServer broker =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    broker.createContext(
        "/leases/",
        call -> {
          renewals.incrementAndGet();
          call.sendResponseHeaders(status, -1);
          call.close();
        });
    broker.start();
    ScheduledExecutorService threads = Executors.newSingleThreadScheduledExecutor();
    try (LogLines lines = LogLines.ofAll(InstanceLease.class.getName())) {
      Runnable timer = timer(broker.getAddress().getPort(), threads);
      timer.run();
      await()
          .untilAsserted(
              () -> assertThat(lines.seen()).anyMatch(line -> line.contains("knows no leases")));
      for (int i = 0; i < 149; i++) {
        timer.run();
      }
      assertThat(renewals).as("renewals in ten minutes at one each four seconds").hasValue(1);
      timer.run();
      await().untilAsserted(() -> assertThat(renewals).hasValue(2));
    } finally {
      broker.stop(0);
      threads.shutdownNow();
    }
  }

  private static Runnable timer(int port, ScheduledExecutorService threads) {
    AtomicReference<Runnable> timer = new AtomicReference<>();
    ScheduledExecutorService byHand =
        (ScheduledExecutorService)
            Proxy.newProxyInstance(
                InstanceLeaseTest.class.getClassLoader(),
                new Class<?>[] {ScheduledExecutorService.class},
                (proxy, method, arguments) -> {
                  timer.set((Runnable) arguments[0]);
                  return null;
                });
    BrokerClient client =
        new BrokerClient(
            BrokerEndpoint.parse("http://token@127.0.0.1:" + port),
            RetryPolicy.DEFAULT,
            threads,
            threads);
    InstanceLease unused = new InstanceLease(client, "lease", Duration.ofSeconds(16), byHand);
    return timer.get();
  }
}
