package io.macpool.brain;

import static io.macpool.brain.BrainLab.IMAGE;
import static io.macpool.brain.BrainLab.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.sim.vcenter.options.OperationTimes;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A broker that is told to stop, as SIGTERM does, answers whoever it owes an answer. */
class DrainIT {

  private static BrainLab lab(Duration clone, String limit) {
    return new BrainLab(
            VCenterOptions.defaults()
                .withHosts(8)
                .withTimes(OperationTimes.none().withClone(clone)))
        .set("DRAIN_TIMEOUT", limit)
        .start();
  }

  private static List<CompletableFuture<HttpResponse<String>>> sixteen(BrainLab lab) {
    List<CompletableFuture<HttpResponse<String>>> creates = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      creates.add(lab.createAsync(IMAGE));
    }
    await("all are under way")
        .atMost(BrainLab.PATIENCE)
        .until(() -> lab.vcenter().calls("CloneVM_Task") == 16);
    return creates;
  }

  @Test
  void whatIsUnderWayEndsAndNothingNewBegins() throws Exception {
    try (BrainLab lab = lab(Duration.ofSeconds(4), "60s")) {
      List<CompletableFuture<HttpResponse<String>>> creates = sixteen(lab);
      CompletableFuture<Void> stopped = CompletableFuture.runAsync(lab::stopDraining);
      await("not ready")
          .atMost(BrainLab.PATIENCE)
          .until(() -> lab.get("/health/ready").body().contains("being stopped"));
      HttpResponse<String> late = lab.create();
      assertThat(late.statusCode()).isEqualTo(503);
      assertThat(code(late)).isEqualTo("stopping");
      assertThat(late.headers().firstValue("Retry-After")).isPresent();
      for (CompletableFuture<HttpResponse<String>> create : creates) {
        assertThat(create.get().statusCode()).isEqualTo(201);
      }
      stopped.get();
    }
  }

  @Test
  void whatTakesTooLongIsAnsweredAllTheSame() throws Exception {
    try (BrainLab lab = lab(Duration.ofMinutes(5), "500ms")) {
      List<CompletableFuture<HttpResponse<String>>> creates = sixteen(lab);
      lab.stopDraining();
      for (CompletableFuture<HttpResponse<String>> create : creates) {
        assertThat(create.get().statusCode()).isEqualTo(503);
        assertThat(code(create.get())).isEqualTo("stopping");
      }
    }
  }
}
