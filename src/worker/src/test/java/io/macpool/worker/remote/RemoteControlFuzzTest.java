package io.macpool.worker.remote;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.service.BuildInfo;
import io.macpool.service.http.AdminRoutes;
import io.macpool.service.http.Health;
import io.macpool.service.setting.ListenAddress;
import io.macpool.service.setting.Secret;
import io.macpool.sim.fuzz.FuzzTarget;
import io.macpool.sim.fuzz.Fuzzing;
import io.macpool.sim.fuzz.RawHttp;
import io.macpool.worker.job.Delivery;
import io.macpool.worker.job.JobQueue;
import io.macpool.worker.job.processor.Intake;
import io.macpool.worker.job.processor.ProcessorPool;
import io.macpool.worker.job.processor.SlotGate;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Whatever is sent to the remote control: it is answered, never with an error of the server's, a
 * stranger gets and changes nothing, and a worker ends only by an order that asks for it.
 */
class RemoteControlFuzzTest {

  private final Fuzzing fuzzing = Fuzzing.of("remote-control").within(Duration.ofSeconds(20));

  @Test
  void everyRequestIsAnsweredAndNoStrangerIsHeeded() throws Exception {
    try (Control control = new Control()) {
      fuzzing.run(1_500, control);
    }
  }

  /** One for which every user is the right one. */
  @Test
  void aControlThatHeedsAnybodyIsFound() throws Exception {
    try (Control control =
        new Control() {
          @Override
          byte[] sent(byte[] request) {
            String text = new String(request, ISO_8859_1);
            return text.replace("Host: x", "Host: x\r\nAuthorization: Basic dTpwYXNz")
                .getBytes(ISO_8859_1);
          }
        }) {
      fuzzing.mustFind(1_500, control);
    }
  }

  static class Control implements FuzzTarget {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Vertx vertx = Vertx.vertx();
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final AtomicInteger ends = new AtomicInteger();
    private final ProcessorPool pool =
        new ProcessorPool("w", new EmptyQueue(), new Intake(null, null), SlotGate.open(), threads);
    private final RemoteControl control =
        RemoteControl.start(
            vertx,
            new ListenAddress("127.0.0.1", 0),
            Optional.of(new Secret("u:pass")),
            new AdminRoutes(
                new BuildInfo("worker", "1"),
                new Health(),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)),
            new ControlledWorker(
                new BuildInfo("worker", "1"), pool, Optional::empty, Map::of, new Ends()),
            Clock.systemUTC());
    private boolean framed;

    /** As it goes over the wire. */
    byte[] sent(byte[] request) {
      return request;
    }

    @Override
    public void play(byte[] input) throws Exception {
      framed = !framed;
      byte[] request = framed ? RawHttp.framed(input) : input;
      String text = new String(request, ISO_8859_1);
      int before = pool.view().expected();
      int endsBefore = ends.get();
      int status = RawHttp.status(RawHttp.exchange(control.port(), sent(request), PATIENCE));
      assertThat(status)
          .isIn(0, 200, 204, 400, 401, 403, 404, 405, 411, 413, 414, 415, 417, 431, 501, 505);
      int after = pool.view().expected();
      if (!text.contains("dTpwYXNz")) {
        assertThat(
                text.contains("/metrics")
                    || text.contains("/info")
                    || text.contains("/health")
                    || status != 200)
            .as("%d", status)
            .isTrue();
        assertThat(after).isEqualTo(before);
        assertThat(ends).hasValue(endsBefore);
      }
      if (ends.get() > endsBefore) {
        assertThat(text).contains("DELETE");
      }
      assertThat(after).isBetween(0, 5_000);
      if (after > 50) {
        pool.resize(1);
      }
    }

    private final class Ends implements ControlledWorker.Shutdown {

      @Override
      public void drain() {
        ends.incrementAndGet();
      }

      @Override
      public void stopNow() {
        ends.incrementAndGet();
      }
    }

    @Override
    public void close() {
      control.close();
      threads.shutdownNow();
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  /** No job ever comes. */
  private static final class EmptyQueue implements JobQueue {

    @Override
    public Take take() {
      CompletableFuture<Optional<Delivery>> delivery = new CompletableFuture<>();
      return new Take() {
        @Override
        public CompletableFuture<Optional<Delivery>> delivery() {
          return delivery;
        }

        @Override
        public void cancel() {
          delivery.complete(Optional.empty());
        }
      };
    }

    @Override
    public Optional<String> outage() {
      return Optional.empty();
    }

    @Override
    public void attend(Runs runs) {
      // there are none
    }
  }
}
