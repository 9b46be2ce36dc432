package io.macpool.brain.http.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.brain.lifecycle.create.CreateFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** One table of refusals: in code, in the document, and in the API's description. */
class RefusalTest {

  private static final Path DOCUMENT = Path.of("../docs/refusals.md");
  private static final String INTRODUCTION =
      """
      # What the broker refuses, and why

      Written from the code; a test holds it to that. Every answer of the broker that is no success has \
      one of these codes in its body, `{"errors":[{"status":"…","code":"…","title":"…","detail":"…"}]}`, \
      and none outside this table. Titles and details are for people and may change. \
      `http_server_refusals_total{code="…"}` at `/metrics` counts them. On a port of their own \
      (`--admin-addr`), health and metrics answer with a status alone.

      """;

  /** Run with -Dmacpool.docs.write=true to write the document anew. */
  @Test
  void theDocumentTellsThemAll() throws IOException {
    String expected = INTRODUCTION + Refusal.markdown();
    if (Boolean.getBoolean("macpool.docs.write")) {
      Files.writeString(DOCUMENT, expected);
    }
    assertThat(DOCUMENT).hasContent(expected);
  }

  @Test
  void theDescriptionOfTheApiNamesThemAll() throws IOException {
    try (var in = Refusal.class.getResourceAsStream("/io/macpool/brain/http/openapi.json")) {
      JsonNode codes =
          new ObjectMapper()
              .readTree(in)
              .at("/components/schemas/Errors/properties/errors/items/properties/code/enum");
      List<String> described =
          StreamSupport.stream(codes.spliterator(), false).map(JsonNode::asText).toList();
      assertThat(described)
          .containsExactlyElementsOf(Arrays.stream(Refusal.values()).map(Refusal::code).toList());
    }
  }

  @Test
  void aCreateThatFailsInWhateverWayHasACodeOfTheTable() {
    for (CreateFailure.Kind kind : CreateFailure.Kind.values()) {
      Problem problem = Problem.of(new CreateFailure(kind, "something-new", "why"));
      assertThat(problem.refusal()).as(kind.name()).isNotNull();
      assertThat(problem.detail()).contains("why");
    }
    assertThat(refusal(CreateFailure.Kind.FAILED, "reclaimed"))
        .isEqualTo(Refusal.DESTROYED_MEANWHILE);
    assertThat(refusal(CreateFailure.Kind.FULL, "pool-full")).isEqualTo(Refusal.POOL_FULL);
    assertThat(refusal(CreateFailure.Kind.UNAVAILABLE, "ledger")).isEqualTo(Refusal.LEDGER);
  }

  private static Refusal refusal(CreateFailure.Kind kind, String outcome) {
    return Refusal.of(new CreateFailure(kind, outcome, "why"));
  }
}
