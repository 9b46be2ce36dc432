package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The soak as a person runs it, for a few seconds. */
class SoakE2E {

  @TempDir private Path temporary;
  @TempDir private Path work;

  private SandboxProcess soak(String... arguments) throws Exception {
    return SandboxProcess.start(SoakMain.class, work.resolve("out"), temporary, List.of(arguments));
  }

  @Test
  void servicesAsProcessesRunJobsAndAreGoneAtTheEnd() throws Exception {
    try (SandboxProcess soak = soak("--minutes", "0.2", "--hosts", "1", "--seed", "1")) {
      assertThat(soak.exitStatus()).as(soak.output()).isZero();
      assertThat(soak.output()).doesNotContain("jobs: 0 published");
      assertThat(soak.lastLine()).isEqualTo("lost 0, false 0, leaked 0, overcommitted 0");
      assertThat(soak.descendants()).isEmpty();
      soak.leftNothingBehind();
    }
  }

  @Test
  void aPartEndsByHandInGoodOrderAndSaysHowToGoOn() throws Exception {
    Path state = Files.createDirectory(work.resolve("state"));
    Files.createFile(state.resolve("stop"));
    try (SandboxProcess soak =
        soak("--hours", "1", "--state", state.toString(), "--hosts", "1", "--seed", "1")) {
      assertThat(soak.exitStatus()).as(soak.output()).isZero();
      assertThat(soak.output())
          .contains("parts: 1, and 0 broken off, which do not count: 4 jobs")
          .contains("lost 0, false 0, leaked 0, overcommitted 0")
          .contains(" are left; go on with: src/benchmarks/soak --hours 1 --hosts 1 --seed 1");
      assertThat(state.resolve("stop")).doesNotExist();
      assertThat(soak.descendants()).isEmpty();
    }
  }

  @Test
  void unusableOptionsAreRefusedBeforeAnythingStarts() throws Exception {
    try (SandboxProcess soak = soak("--minutes", "-1")) {
      assertThat(soak.exitStatus()).isEqualTo(2);
      assertThat(soak.output()).contains("--minutes -1.0: must be more than 0");
    }
    try (SandboxProcess soak = soak("--minutes", "1", "--pools", "arm=tart:2")) {
      assertThat(soak.exitStatus()).isEqualTo(2);
      assertThat(soak.output()).contains("--pools: one of them must be of vsphere");
    }
    try (SandboxProcess soak = soak("--chaos")) {
      assertThat(soak.exitStatus()).isEqualTo(2);
      assertThat(soak.output()).contains("say how long: either --minutes N, or --hours N");
    }
    try (SandboxProcess soak = soak("--hours", "8", "--part", "200000")) {
      assertThat(soak.exitStatus()).isEqualTo(2);
      assertThat(soak.output())
          .contains("--part 200000.0: must be more than 0", "--state go together", "give a --seed");
    }
  }
}
