package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.sim.amqp.ContractViolation;
import io.macpool.sim.amqp.JobRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The connection to the broker of jobs is lost at each step of a job: it has one end all the same.
 */
@Execution(ExecutionMode.CONCURRENT)
class LostConnectionIT {

  private static final int LINES = 20;
  private static final Set<ContractViolation.Kind> OF_TWO_LOGS =
      Set.of(
          ContractViolation.Kind.LOG_DUPLICATE,
          ContractViolation.Kind.LOG_OUT_OF_ORDER,
          ContractViolation.Kind.LOG_AFTER_END,
          ContractViolation.Kind.LOG_NOT_ENDED);

  /** What went out before the connection was lost and was not confirmed by then goes out again. */
  private static final Set<ContractViolation.Kind> SENT_AGAIN =
      Set.of(ContractViolation.Kind.LOG_DUPLICATE, ContractViolation.Kind.STATE_DUPLICATE);

  @RegisterExtension final Stage stage = new Stage();

  private final long id = Stage.newId();
  private Path go;
  private Worker worker;

  @BeforeEach
  void start() {
    go = stage.directory.resolve("go");
    worker = stage.worker();
  }

  @ParameterizedTest
  @EnumSource
  void forAMoment(Step step) throws IOException {
    step.moment().ifPresent(stage.gate::cutBefore);
    Step.Release release = step.reach(stage, go, this::publish);
    stage.gate.cut();
    release.go();

    ranOnce();
  }

  @ParameterizedTest
  @EnumSource
  void untilTheJobIsOver(Step step) throws IOException {
    step.moment().ifPresent(stage.gate::shutBefore);
    Step.Release release = step.reach(stage, go, this::publish);
    stage.gate.shut();
    release.go();
    await().atMost(Stage.PATIENCE).until(() -> stage.broker.destroyed() == 1);
    assertThat(stage.results.job(id).finishes()).isZero();
    stage.gate.open();

    ranOnce();
  }

  /** Both may run it, and log it, for a while; the end that comes first is the only one. */
  @ParameterizedTest
  @EnumSource
  void whileAnotherWorkerTakesTheJob(Step step) throws IOException {
    step.moment().ifPresent(stage.gate::shutBefore);
    Step.Release release = step.reach(stage, go, this::publish);
    stage.gate.shut();
    Worker another = stage.worker("HOSTNAME", "another", "AMQP_URI", stage.jobs.toString());
    await().atMost(Stage.PATIENCE).until(() -> !Stage.isIdle(another));
    stage.gate.open();
    release.go();

    JobRecord job = ended();
    assertThat(job.log()).contains("line " + LINES + ".\r\n");
    stage.awaitSettled(List.of(worker, another));
    assertThat(stage.results.job(id).finishes()).isEqualTo(1);
    assertThat(stage.results.job(id).flaws())
        .extracting(ContractViolation::kind)
        .isSubsetOf(OF_TWO_LOGS);
  }

  private void publish() {
    stage.publish(
        Stage.payload(
            id,
            "touch " + go.resolveSibling("begun"),
            "while [ ! -e " + go + " ]; do sleep 0.05; done",
            "for i in $(seq 1 " + LINES + "); do echo \"line $i.\"; done"));
  }

  private void ranOnce() {
    JobRecord job = ended();
    assertThat(job.runs()).as("times it was run").hasSize(1);
    assertThat(job.flaws()).extracting(ContractViolation::kind).isSubsetOf(SENT_AGAIN);
    IntStream.rangeClosed(1, LINES)
        .forEach(i -> assertThat(job.log()).containsOnlyOnce("line " + i + ".\r\n"));
    stage.awaitSettled(List.of(worker));
    assertThat(stage.results.job(id).finishes()).isEqualTo(1);
    assertThat(stage.broker.created()).isEqualTo(1);
  }

  private JobRecord ended() {
    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).contains("passed");
    assertThat(job.resets()).isZero();
    return job;
  }
}
