package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

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
  void unusableOptionsAreRefusedBeforeAnythingStarts() throws Exception {
    try (SandboxProcess soak = soak("--minutes", "-1")) {
      assertThat(soak.exitStatus()).isEqualTo(2);
      assertThat(soak.output()).contains("--minutes -1.0: must be more than 0");
    }
    try (SandboxProcess soak = soak("--chaos")) {
      assertThat(soak.exitStatus()).isEqualTo(2);
      assertThat(soak.output()).contains("Missing required option: '--minutes=N'");
    }
  }
}
