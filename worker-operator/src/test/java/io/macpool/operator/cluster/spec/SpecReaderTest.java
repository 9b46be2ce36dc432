package io.macpool.operator.cluster.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.core.pool.ScalingPolicy.Aim;
import io.macpool.operator.api.BadSpecs;
import io.macpool.operator.api.BadSpecs.BadSpec;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.cluster.spec.SpecReader.Reading;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SpecReaderTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static Reading read(JsonNode spec) throws JsonProcessingException {
    return SpecReader.read(
        JSON.treeToValue(JSON.createObjectNode().set("spec", spec), WorkerCluster.class));
  }

  static List<BadSpec> badSpecs() {
    return BadSpecs.all();
  }

  @ParameterizedTest
  @MethodSource("badSpecs")
  void whatIsWrongIsNamedByItsField(BadSpec bad) throws JsonProcessingException {
    Reading reading = read(bad.spec());
    assertThat(reading.spec()).isEmpty();
    assertThat(reading.problems()).anySatisfy(p -> assertThat(p).startsWith(bad.field()));
  }

  @Test
  void everyProblemIsToldAtOnce() throws JsonProcessingException {
    var spec = BadSpecs.good().put("maxJobs", -1).put("weight", 0);
    spec.putObject("scaling").put("queue", "q").put("maxStep", 0);
    assertThat(read(spec).problems()).hasSize(3);
  }

  @Test
  void noSpecAtAllIsAProblemToo() {
    assertThat(SpecReader.read(new WorkerCluster()).problems()).containsExactly("spec is missing");
  }

  @Test
  void aLabelWithoutAValueIsAProblem() throws JsonProcessingException {
    var spec = BadSpecs.good();
    spec.putObject("selector").putObject("matchLabels").putNull("app");
    assertThat(read(spec).problems()).containsExactly("spec.selector.matchLabels.app has no value");
  }

  @Test
  void aGoodOneHasItsDefaults() throws JsonProcessingException {
    var spec = BadSpecs.good();
    spec.putObject("scaling").put("queue", "q");
    ClusterSpec read = read(spec).spec().orElseThrow();
    assertThat(read.weight()).isEqualTo(1);
    assertThat(read.scaling().orElseThrow().policy().aim()).isEqualTo(new Aim.PerQueuedJob(1));
    assertThat(read.scaling().orElseThrow().policy().downStabilization())
        .isEqualTo(Duration.ofMinutes(5));
    assertThat(read.hardwarePool()).isEmpty();
  }
}
