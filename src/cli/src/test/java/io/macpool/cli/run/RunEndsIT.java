package io.macpool.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** How a command on a Mac comes to its end, and that its Mac does. */
class RunEndsIT extends RunLab {

  /** Whoever is killed renews no more: the broker takes the Mac back when the lease ends. */
  @Test
  void afterKillNineTheLeaseFreesTheSlot() throws Exception {
    broker.knowLeases();
    Process begun = lasting();
    ProcessHandle client = begun.toHandle();
    begun.destroyForcibly();
    assertThat(status(begun)).isEqualTo(137);
    assertThat(client.isAlive()).isFalse();
    assertThat(broker.instances()).hasSize(1);
    broker.passTime(Duration.ofSeconds(61));

    // The simulator ends leases when it next hears of one: so this one waits, and gets the Mac.
    assertThat(run("run", "macos-15", "--", "true")).as(err()).isZero();
    assertThat(broker.instances()).isEmpty();
    assertThat(broker.created()).isEqualTo(2);
  }

  @Test
  void aLostMacIsToldByItsOwnStatus() throws Exception {
    Process begun = lasting();
    broker.destroy(broker.instances().iterator().next());

    assertThat(status(begun)).isEqualTo(126);
  }

  @Test
  void aCommandThatTakesTooLongIsEnded() throws Exception {
    assertThat(run("run", "macos-15", "--timeout", "1s", "--", "sleep", "60")).isEqualTo(124);
    assertThat(broker.instances()).isEmpty();
  }

  @Test
  void aSignalIsHandedOnToTheCommandWhichEndsInItsOwnTime() throws Exception {
    Process begun =
        lasting("trap 'echo told; exit 9' TERM; echo here; while true; do sleep 0.1; done");
    begun.destroy();

    assertThat(status(begun)).as(err()).isEqualTo(9);
    assertThat(out()).isEqualTo("here\ntold\n");
    assertThat(broker.instances()).isEmpty();
  }

  @Test
  void aSecondSignalDestroysTheInstanceAtOnce() throws Exception {
    Process begun = lasting("trap '' TERM; echo here; while true; do sleep 0.1; done");
    begun.destroy();
    Awaitility.await().atMost(PATIENCE).until(() -> err().contains("a second one destroys"));
    begun.destroy();

    assertThat(status(begun)).as(err()).isEqualTo(143);
    assertThat(broker.instances()).isEmpty();
  }

  @Test
  void aSignalDestroysTheInstance() throws Exception {
    Process begun = lasting();
    begun.destroy();

    assertThat(status(begun)).isEqualTo(143);
    assertThat(broker.instances()).isEmpty();
  }
}
