package io.macpool.brain.tart.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.core.fleet.Mark;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

public class MacReportTest {

  private static final String ROWS =
      """
      [
        {"Source":"local","Name":"one","Running":true,"State":"running","Disk":50,"Size":21},
        {"Source":"local","Name":"two","Running":false,"State":"stopped"},
        {"Source":"local","Name":"three","Running":false,"State":"suspended"},
        {"Source":"OCI","Name":"ghcr.io\\/some\\/image:16","Running":false,"State":"stopped"}
      ]
      """;

  public static String text(String body, String rows, String end) {
    return """
    boot { sec = 1767225600, usec = 123 } Thu Jan  1 00:00:00 2026
    now 1767229200
    arch arm64
    build 25A354
    dial 0
    disk /dev/disk3s5 488000000 244000000 244000000 50% /
    """
        + body
        + "list\n"
        + rows
        + (end.isEmpty() ? "" : "end " + end + "\n");
  }

  @Test
  void everythingIsRead() throws Exception {
    MacReport report =
        MacReport.parse(
            text(
                """
                ps   11 /opt/homebrew/bin/tart run one --no-graphics --net-bridged=en0
                ps   12 /bin/sh -c : macpool-clone=four=golden= n='four' i='golden'
                ps   13 /opt/homebrew/bin/tart clone golden five
                ps   14 grep tart run nothing
                mark one the-ledger one 1767225700 -
                mark two the-ledger two - 1
                ip one 10.0.0.7
                """,
                ROWS,
                "0"));
    assertThat(report.booted()).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
    assertThat(report.now()).isEqualTo(Instant.parse("2026-01-01T01:00:00Z"));
    assertThat(report.architecture()).isEqualTo("arm64");
    assertThat(report.build()).contains("25A354");
    assertThat(report.dials()).contains(true);
    assertThat(report.disk()).contains(new MacReport.Disk(488_000_000, 244_000_000));
    assertThat(report.disk().get().freeShare()).isEqualTo(0.5);
    assertThat(report.vms()).containsOnlyKeys("one", "two", "three");
    assertThat(report.vms()).containsEntry("three", MacReport.State.SUSPENDED);
    assertThat(report.cached()).containsExactly("ghcr.io/some/image:16");
    assertThat(report.marks()).containsEntry("two", new Mark("the-ledger", "two"));
    assertThat(report.started()).containsOnlyKeys("one");
    assertThat(report.runs()).containsExactly("one");
    assertThat(report.clones())
        .containsExactlyInAnyOrder(
            new MacReport.Clone("four", "golden"), new MacReport.Clone("five", "golden"));
    assertThat(report.addresses()).containsExactlyEntriesOf(Map.of("one", "10.0.0.7"));
    assertThat(report.running()).isEqualTo(1);
  }

  @Test
  void whatTartCallsStoppedRunsWhileItsProcessLives() throws Exception {
    MacReport report =
        MacReport.parse(text("ps 11 /opt/homebrew/bin/tart run two --no-graphics\n", ROWS, "0"));
    assertThat(report.isOn("two")).isTrue();
    assertThat(report.isOn("one")).isTrue();
    assertThat(report.isOn("three")).isFalse();
    assertThat(report.running()).isEqualTo(2);
  }

  @Test
  void whatBreaksOffIsNoAnswer() {
    assertThatThrownBy(() -> MacReport.parse(text("", "[{\"Source\":", "")))
        .isInstanceOf(MacReport.Unreadable.class)
        .hasMessage("the answer broke off");
    assertThatThrownBy(() -> MacReport.parse(text("", "", "127")))
        .hasMessageContaining("tart is not there");
    assertThatThrownBy(() -> MacReport.parse(text("", "no such thing\n", "0")))
        .isInstanceOf(MacReport.Unreadable.class);
    assertThatThrownBy(() -> MacReport.parse("list\n[]\nend 0\n"))
        .hasMessageContaining("when it booted");
    assertThatThrownBy(() -> MacReport.parse(text("", "[{\"Source\":\"local\"}]\n", "0")))
        .hasMessageContaining("without a name");
  }

  @Test
  void noVmAtAllIsAnAnswer() throws Exception {
    assertThat(MacReport.parse(text("", "[\n\n]\n", "0")).vms()).isEmpty();
  }

  @Test
  void whatIsNoAddressIsNone() throws Exception {
    assertThat(MacReport.parse(text("ip one $(reboot)\n", ROWS, "0")).addresses()).isEmpty();
  }

  private static MacReport one(String start, String address) throws Exception {
    String ip = address.isEmpty() ? "" : "ip one " + address + "\n";
    return MacReport.parse(text("mark one ledger one " + start + " -\n" + ip, ROWS, "0"));
  }

  @Test
  void anAddressThatIsNoLongerToldIsKeptWhileTheGuestRuns() throws Exception {
    MacReport before = one("1767225700", "10.0.0.7");
    assertThat(one("1767225700", "").after(before).addresses()).containsEntry("one", "10.0.0.7");
    assertThat(one("1767225700", "10.0.0.8").after(before).addresses())
        .containsEntry("one", "10.0.0.8");
    assertThat(one("1767225999", "").after(before).addresses()).isEmpty();
    MacReport off =
        MacReport.parse(text("mark one ledger one 1767225700 0\n", "[]\n", "0")).after(before);
    assertThat(off.addresses()).isEmpty();
  }
}
