package io.macpool.brain.tart;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.tart.ssh.CommandResult;
import io.macpool.core.fleet.fault.FailureScope;
import org.junit.jupiter.api.Test;

class TartRefusalTest {

  private static HypervisorFailure failure(int code, String out, String err) {
    return TartRefusal.of("clone of a as b on mac", new CommandResult(code, out, err));
  }

  @Test
  void theTextTellsWhatTheCodeDoesNot() {
    assertThat(failure(1, "", "Error: the specified VM \"a\" does not exist"))
        .isInstanceOf(HypervisorFailure.Absent.class);
    assertThat(failure(MacScripts.ABSENT, "", "")).isInstanceOf(HypervisorFailure.Absent.class);
    assertThat(failure(1, "", "VM \"a\" is running").kind())
        .isEqualTo(HypervisorFailure.Refused.WRONG_POWER);
    assertThat(failure(MacScripts.TAKEN, "", "").kind())
        .isEqualTo(HypervisorFailure.Refused.NAME_TAKEN);
    assertThat(failure(127, "", "sh: /opt/homebrew/bin/tart: not found").kind())
        .isEqualTo("TartMissing");
    assertThat(failure(MacScripts.NOT_OURS, "", "").kind()).isEqualTo("NotOurs");
  }

  @Test
  void theLimitIsKnownInTheWordsOfEveryVersion() {
    for (String words :
        new String[] {
          "The number of VMs exceeds the system limit",
          "The number of VMs exceeds the system limit (other running VMs: a, b)",
          "Error Domain=VZErrorDomain Code=6 \"The maximum supported number of active virtual"
              + " machines has been reached.\""
        }) {
      HypervisorFailure limit = failure(MacScripts.ENDED, words, "");
      assertThat(limit.kind()).isEqualTo(TartRefusal.SYSTEM_LIMIT);
      assertThat(limit.scope()).isEqualTo(FailureScope.HOST);
    }
  }

  @Test
  void aFullDiskIsKnownInTheWordsOfEveryCall() {
    for (String words :
        new String[] {
          "Error: You can’t save the file “disk.img” because the volume is full.",
          "“disk.img” couldn’t be copied to “x” because there isn’t enough space."
              + " y".repeat(900),
          "The file couldn’t be saved because the volume “Macintosh HD” is out of space.",
          "write: No space left on device"
        }) {
      HypervisorFailure full = failure(1, "", words);
      assertThat(full.kind()).isEqualTo("NoSpace");
      assertThat(full.scope()).isEqualTo(FailureScope.HOST);
    }
  }

  @Test
  void whatIsNotKnownMayHaveLeftSomethingBehind() {
    HypervisorFailure strange = failure(1, "", "something else");
    assertThat(strange.kind()).isEqualTo("TartFailed");
    assertThat(strange.scope()).isEqualTo(FailureScope.UNCLEAR);
    assertThat(strange.nothingWasDone()).isFalse();
    assertThat(strange).hasMessageContaining("something else");
  }

  @Test
  void aLongTextKeepsItsEnd() {
    assertThat(failure(1, "", "x".repeat(5_000) + " no space left on device").kind())
        .isEqualTo("NoSpace");
    assertThat(failure(1, "", "x".repeat(5_000)).getMessage()).hasSizeLessThan(1_000);
  }
}
