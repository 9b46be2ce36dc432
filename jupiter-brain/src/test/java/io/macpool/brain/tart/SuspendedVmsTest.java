package io.macpool.brain.tart;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.tart.report.MacReport;
import io.macpool.brain.tart.ssh.CommandResult;
import io.macpool.brain.tart.suspend.MeasuredStarts;
import io.macpool.brain.tart.suspend.SuspendTexts;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SuspendedVmsTest {

  private static final Mac MAC =
      new Mac(
          "mac-1",
          "127.0.0.1",
          22,
          "admin",
          OptionalInt.empty(),
          "/opt/homebrew/bin/tart",
          Optional.empty(),
          Optional.empty(),
          "arp");

  private static final TartOptions OPTIONS =
      new TartOptions(
          Path.of("hosts"),
          Path.of("key"),
          Path.of("known"),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Optional.empty(),
          22,
          Set.of());

  private final List<String> asked = new ArrayList<>();
  private CommandResult answer = new CommandResult(0, "", "");

  private final SuspendedVms suspended =
      new SuspendedVms(
          MAC,
          new MacScripts(MAC),
          OPTIONS,
          new MeasuredStarts(new SimpleMeterRegistry()),
          (what, script, limit) -> {
            asked.add(what);
            return CompletableFuture.completedFuture(answer);
          });

  /** One that nobody wants, as the hosts file names no image. */
  private static MacReport report() throws Exception {
    String vm = SuspendTexts.PREFIX + "one";
    return MacReport.parse(
        """
        boot { sec = 1767225600, usec = 123 }
        now 1767312000
        kept %s ours golden 1767311000 77 25A354 77 -
        list
        [{"Source":"local","Name":"%s","State":"suspended"}]
        end 0
        """
            .formatted(vm, vm));
  }

  @Test
  void whatIsNotWantedIsDestroyedAndWhatCantBeIsLeftAloneForAWhile() throws Exception {
    suspended.tidy(report(), "theirs").join();
    assertThat(asked).isEmpty();

    suspended.tidy(report(), "ours").join();
    suspended.tidy(report(), "ours").join();
    assertThat(asked).hasSize(2).allMatch(what -> what.startsWith("destruction of "));

    answer = new CommandResult(1, "", "disk on fire");
    CompletableFuture<Void> failed = suspended.tidy(report(), "ours");
    assertThat(failed).isCompletedExceptionally();
    assertThat(asked).hasSize(3);
    suspended.tidy(report(), "ours").join();
    assertThat(asked).hasSize(3);
  }
}
