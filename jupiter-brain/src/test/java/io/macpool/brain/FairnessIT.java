package io.macpool.brain;

import static io.macpool.brain.BrainLab.IMAGE;
import static io.macpool.brain.BrainLab.code;
import static io.macpool.brain.BrainLab.data;
import static io.macpool.brain.BrainLab.id;
import static io.macpool.brain.BrainLab.order;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Whoever asks for hundreds gets no more than its share: the others are served as ever. */
class FairnessIT {

  private static final int SLOTS = 4;
  private static final int ROGUES = 200;
  private static final int WORKERS = 3;

  /** In turn the workers' creates need six; one line for all would have needed two hundred. */
  private static final int MOST_FREED = 40;

  private static BrainLab lab() {
    return new BrainLab(VCenterOptions.defaults().withHosts(SLOTS / 2))
        .set("AUTH_TOKENS", "travis=travis-token,rogue=rogue-token");
  }

  private static HttpRequest request(BrainLab lab, String owner) {
    return lab.request("/instances")
        .setHeader("Authorization", "token " + owner + "-token")
        .POST(BodyPublishers.ofString(order(IMAGE)))
        .build();
  }

  private static List<CompletableFuture<HttpResponse<String>>> ask(
      BrainLab lab, String owner, int times) {
    List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      asked.add(lab.sendAsync(request(lab, owner)));
    }
    return asked;
  }

  private static Optional<String> instanceOf(BrainLab lab, String owner) throws Exception {
    for (JsonNode each : data(lab.get("/instances"))) {
      if (each.path("owner").asText().equals(owner)) {
        return Optional.of(each.get("id").asText());
      }
    }
    return Optional.empty();
  }

  /** Who waits, as every client may see. */
  private static Map<String, Integer> waiting(BrainLab lab) throws Exception {
    Map<String, Integer> owners = new TreeMap<>();
    for (JsonNode each : data(lab.get("/capacity")).get(0).path("waiting")) {
      owners.put(each.path("owner").asText(), each.path("creates").asInt());
    }
    return owners;
  }

  @Test
  void aRogueOwnersHundredsOfCreatesStarveNobody() throws Exception {
    try (BrainLab lab = lab().set("WAIT_WHEN_FULL", "5m").start()) {
      for (int i = 0; i < SLOTS; i++) {
        assertThat(lab.send(request(lab, "rogue")).statusCode()).isEqualTo(201);
      }
      List<CompletableFuture<HttpResponse<String>>> rogues = ask(lab, "rogue", ROGUES);
      List<CompletableFuture<HttpResponse<String>>> workers = ask(lab, "travis", WORKERS);
      Awaitility.await()
          .atMost(BrainLab.PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(waiting(lab))
                      .containsEntry("travis", WORKERS)
                      .containsEntry("rogue", ROGUES));
      int freed = 0;
      while (workers.stream().anyMatch(each -> !each.isDone()) && freed < MOST_FREED) {
        Optional<String> held = instanceOf(lab, "rogue");
        if (held.isPresent()) {
          HttpRequest end =
              lab.request("/instances/" + held.get())
                  .setHeader("Authorization", "token rogue-token")
                  .DELETE()
                  .build();
          assertThat(lab.send(end).statusCode()).isEqualTo(204);
          freed++;
        }
      }
      for (CompletableFuture<HttpResponse<String>> each : workers) {
        assertThat(each).succeedsWithin(BrainLab.PATIENCE);
        assertThat(each.join().statusCode()).isEqualTo(201);
      }
      assertThat(waiting(lab)).containsOnlyKeys("rogue");
      assertThat(rogues.stream().filter(CompletableFuture::isDone).count()).isLessThan(ROGUES / 2);
      rogues.forEach(each -> each.cancel(true));
    }
  }

  @Test
  void aQuotaLeavesRoomForOthersWithoutAnyWait() throws Exception {
    try (BrainLab lab = lab().set("OWNER_QUOTA", "3").start()) {
      List<HttpResponse<String>> answers =
          ask(lab, "rogue", 50).stream().map(CompletableFuture::join).toList();

      assertThat(answers.stream().filter(each -> each.statusCode() == 201)).hasSize(3);
      for (HttpResponse<String> each : answers) {
        if (each.statusCode() != 201) {
          assertThat(each.statusCode()).isEqualTo(429);
          assertThat(code(each)).isEqualTo("over-quota");
        }
      }
      HttpResponse<String> worker = lab.send(request(lab, "travis"));
      assertThat(worker.statusCode()).isEqualTo(201);
      assertThat(lab.get("/instances").body()).contains(id(worker)).contains("\"travis\"");
    }
  }
}
