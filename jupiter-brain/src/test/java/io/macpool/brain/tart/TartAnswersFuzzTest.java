package io.macpool.brain.tart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.tart.report.MacReport;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.PowerState;
import io.macpool.sim.fuzz.FuzzTarget;
import io.macpool.sim.fuzz.Fuzzing;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Whatever a Mac answers: it is no report, or one that the broker's own view of that Mac can take.
 * What tart lists as running is never taken for off, and half an answer is none.
 */
class TartAnswersFuzzTest {

  private final Fuzzing fuzzing = Fuzzing.of("tart-answers").allocating(32L << 20);

  @Test
  void anAnswerIsRefusedOrTaken() {
    fuzzing.run(8_000, new Answers());
  }

  /** One that does not look whether the answer came to its end. */
  @Test
  void aReaderThatTakesHalfAnswersIsFound() {
    fuzzing.mustFind(
        8_000,
        new Answers() {
          @Override
          MacReport read(String answer) throws MacReport.Unreadable {
            return MacReport.parse(answer + "\nend 0\n");
          }
        });
  }

  static class Answers implements FuzzTarget {

    private static final Instant NOW = Instant.parse("2026-11-30T08:00:00Z");
    private static final Mac MAC =
        HostsFile.parse(
                """
                images: {xcode: golden}
                hosts:
                - {name: mac-1, address: 127.0.0.1, user: ci}
                """)
            .macs()
            .get(0);

    MacReport read(String answer) throws MacReport.Unreadable {
      return MacReport.parse(answer);
    }

    @Override
    public void play(byte[] answer) {
      String text = new String(answer, UTF_8);
      MacReport report;
      try {
        report = read(text);
      } catch (MacReport.Unreadable e) {
        assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(2_000);
        return;
      }
      List<String> lines = Arrays.asList(text.split("\n", -1));
      assertThat(lines).contains("list", "end 0");
      MacView view = MacView.of(MAC).heard(report, NOW).heard(report, NOW.plusSeconds(5));
      assertThat(view.isConnected()).isTrue();
      view.host(Set.of("golden"), false, "ledger", NOW);
      List<Machine> machines = view.machines(Set.of("golden"), Set.of(), GuestEndpoints.OPEN);
      for (Machine machine : machines) {
        Map<String, MacReport.State> states = report.vms();
        assertThat(machine.power() == PowerState.ON)
            .as(machine.name())
            .isEqualTo(
                states.get(machine.name()) == MacReport.State.RUNNING
                    || report.runs().contains(machine.name()));
      }
      new ImagePulls(() -> 0.5).plan(List.of(view), Set.of("ghcr.io/some/image:16"), NOW);
      assertThat(report.sharedAddresses()).isNotNegative();
      assertThat(report.isNoNewsAfter(report)).isTrue();
    }
  }
}
