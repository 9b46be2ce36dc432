package io.macpool.console.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.broker.BrokerJson;
import io.macpool.broker.Capacity;
import io.macpool.broker.Documents;
import io.macpool.broker.HostInfo;
import io.macpool.broker.ImageInfo;
import io.macpool.broker.Instance;
import io.macpool.console.watch.BrokerState;
import io.macpool.sim.fuzz.FuzzTarget;
import io.macpool.sim.fuzz.Fuzzing;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Whatever a broker, or what stands before it, answers to the console's questions: an answer is
 * refused, or the page is made of what stands in it. One that lacks its data is never an empty
 * pool.
 */
class BrokerAnswersFuzzTest {

  private final Fuzzing fuzzing = Fuzzing.of("broker-answers").ofJson().allocating(32L << 20);

  @Test
  void anAnswerIsRefusedOrShown() {
    fuzzing.run(3_000, new Answers());
  }

  /** As a client reads that takes what is not there for nothing. */
  @Test
  void aReaderThatTakesSilenceForNoneIsFound() {
    fuzzing.mustFind(
        3_000,
        new Answers() {
          @Override
          <T> List<T> read(JsonNode answer, Class<T> type) throws IOException {
            return answer.has("data") ? super.read(answer, type) : List.of();
          }
        });
  }

  static class Answers implements FuzzTarget {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_CELLS = 100_000;

    <T> List<T> read(JsonNode answer, Class<T> type) throws IOException {
      return Documents.read(JSON.writeValueAsBytes(answer), type);
    }

    @Override
    public void play(byte[] input) throws Exception {
      BrokerState state;
      try {
        JsonNode answers = JSON.readTree(input);
        state =
            new BrokerState(
                read(answers.path("hosts"), HostInfo.class),
                read(answers.path("instances"), Instance.class),
                onlyOne(read(answers.path("capacity"), Capacity.class)),
                read(answers.path("images"), ImageInfo.class));
        for (String question : List.of("hosts", "instances", "images")) {
          assertThat(answers.path(question).has("data")).as(question).isTrue();
        }
      } catch (IOException refused) {
        return;
      }
      PoolGrid grid = PoolGrid.of(state);
      assertThat(grid.rows()).hasSameSizeAs(state.hosts());
      assertThat(grid.rows().stream().mapToInt(row -> row.cells().size()).sum())
          .isLessThan(MOST_CELLS);
      assertThat(BrokerJson.mapper().writeValueAsString(grid)).isNotEmpty();
      assertThat(state.capacity().slots()).isNotNull();
      state.images().forEach(image -> assertThat(image.state()).isNotNull());
    }

    private static Capacity onlyOne(List<Capacity> answer) throws IOException {
      if (answer.size() != 1) {
        throw new IOException("one was asked for");
      }
      return answer.get(0);
    }
  }
}
