package io.macpool.operator.cluster.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.WatchEvent;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.macpool.operator.api.HardwarePool;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.api.WorkerClusterSpec;
import io.macpool.sim.fuzz.FuzzTarget;
import io.macpool.sim.fuzz.Fuzzing;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * Whatever somebody wrote into a resource of ours: an event with it is read, since one that is not
 * ends the watch of all, and its spec is taken or refused with its fields.
 */
class WatchEventsFuzzTest {

  private final Fuzzing fuzzing = Fuzzing.of("watch-events").ofJson().allocating(32L << 20);

  @Test
  void anEventOfAResourceIsReadWhateverStandsInIt() {
    fuzzing.run(3_000, new Events());
  }

  /** One that reads a spec as it is declared. */
  @Test
  void aReaderThatFailsForOneFieldIsFound() {
    fuzzing.mustFind(
        3_000,
        new Events() {
          @Override
          WatchEvent read(byte[] input) throws IOException {
            JsonNode spec = JSON.readTree(input).at("/object/spec");
            if (!spec.isMissingNode()) {
              JSON.treeToValue(spec, WorkerClusterSpec.class);
            }
            return super.read(input);
          }
        });
  }

  static class Events implements FuzzTarget {

    static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_JOBS = 100_000;

    private final KubernetesSerialization serialization = new KubernetesSerialization();

    Events() {
      serialization.registerKubernetesResource(WorkerCluster.class);
      serialization.registerKubernetesResource(HardwarePool.class);
    }

    WatchEvent read(byte[] input) throws IOException {
      return serialization.unmarshal(new ByteArrayInputStream(input), WatchEvent.class);
    }

    /** Whether the API could send it: it holds the envelope of each object to its schema. */
    private static boolean isOfOurs(byte[] input) {
      JsonNode event;
      try {
        event = JSON.readTree(input);
      } catch (IOException e) {
        return false;
      }
      JsonNode object = event.path("object");
      return event.size() == 2
          && event.path("type").isTextual()
          && object.path("apiVersion").asText().equals("travisci.com/v1alpha1")
          && object.path("kind").asText().matches("WorkerCluster|HardwarePool")
          && object.path("metadata").size() == 5
          && object.path("metadata").path("name").isTextual()
          && object.path("metadata").path("namespace").isTextual()
          && object.path("metadata").path("uid").isTextual()
          && object.path("metadata").path("resourceVersion").isTextual()
          && object.path("metadata").path("generation").isInt();
    }

    @Override
    public void play(byte[] input) throws Exception {
      WatchEvent event;
      try {
        event = read(input);
      } catch (RuntimeException | IOException e) {
        if (isOfOurs(input)) {
          throw new AssertionError("one object ends the watch of all", e);
        }
        return;
      }
      if (event == null) {
        return;
      }
      if (event.getObject() instanceof WorkerCluster cluster) {
        SpecReader.Reading reading = SpecReader.read(cluster);
        assertThat(reading.spec().isEmpty()).isEqualTo(!reading.problems().isEmpty());
        assertThat(reading.problems()).allMatch(problem -> !problem.isBlank());
        reading.spec().ifPresent(spec -> assertThat(spec.maxJobs()).isBetween(0, MOST_JOBS));
      } else if (event.getObject() instanceof HardwarePool pool) {
        pool.unreadable().ifPresent(problem -> assertThat(problem).isNotBlank());
      }
    }
  }
}
