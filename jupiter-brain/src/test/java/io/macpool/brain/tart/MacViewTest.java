package io.macpool.brain.tart;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.tart.report.MacReport;
import io.macpool.brain.tart.report.MacReportTest;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.PowerState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MacViewTest {

  /** The report's own time. */
  private static final Instant NOW = Instant.parse("2026-01-01T01:00:00Z");

  private static final Set<String> SOURCES = Set.of("golden");
  private static final String VMS =
      """
      [{"Source":"local","Name":"ours","Running":true,"State":"running"},
       {"Source":"local","Name":"foreign","Running":false,"State":"stopped"},
       {"Source":"local","Name":"golden","Running":false,"State":"stopped"}]
      """;
  private static final Mac MAC =
      new Mac(
          "mac",
          "10.0.0.1",
          22,
          "admin",
          OptionalInt.of(2),
          "/tart",
          Optional.empty(),
          Optional.empty(),
          "dhcp");

  private static MacReport report(String boot) throws Exception {
    String text =
        MacReportTest.text("mark ours ledger ours 1767225700 -\nip ours 10.0.0.7\n", VMS, "0");
    return MacReport.parse(text.replace("1767225600", boot));
  }

  private static MacView seen() throws Exception {
    return MacView.of(MAC).heard(report("1767225600"), NOW);
  }

  private static Map<String, Machine> machines(MacView view) {
    return view.machines(SOURCES, Set.of(), GuestEndpoints.OPEN).stream()
        .collect(Collectors.toMap(m -> m.sign().title(), Function.identity()));
  }

  @Test
  void ourOwnAreKnownByTheirMarksAndImagesAreNoMachines() throws Exception {
    Map<String, Machine> machines = machines(seen());
    assertThat(machines).containsOnlyKeys("ours", "foreign");
    assertThat(machines.get("ours").sign().inFolder()).isTrue();
    assertThat(machines.get("ours").addresses()).containsExactly("10.0.0.7");
    assertThat(machines.get("ours").power()).isEqualTo(PowerState.ON);
    assertThat(machines.get("foreign").sign().inFolder()).isFalse();
    assertThat(machines.get("foreign").power()).isEqualTo(PowerState.OFF);
    assertThat(seen().host(SOURCES, false, "ledger", NOW).storage())
        .containsExactly(TartRefs.image("golden"));
  }

  @Test
  void whatWasStartedBeforeTheLastBootAndIsOffWasCutByIt() throws Exception {
    String off = VMS.replace("true,\"State\":\"running\"", "false,\"State\":\"stopped\"");
    for (long start : new long[] {1_767_225_599, 1_767_225_601}) {
      MacReport report =
          MacReport.parse(MacReportTest.text("mark ours ledger ours " + start + " -\n", off, "0"));
      Machine ours = machines(MacView.of(MAC).heard(report, NOW)).get("ours");
      assertThat(ours.power()).isEqualTo(PowerState.OFF);
      assertThat(ours.cutByReboot()).as("started at " + start).isEqualTo(start < 1_767_225_600);
      assertThat(ours.as("known").cutByReboot()).isEqualTo(ours.cutByReboot());
    }
    MacReport on =
        MacReport.parse(MacReportTest.text("mark ours ledger ours 1767225500 -\n", VMS, "0"));
    assertThat(machines(MacView.of(MAC).heard(on, NOW)).get("ours").cutByReboot()).isFalse();
  }

  @Test
  void anAddressThatTwoHaveIsNobodys() throws Exception {
    assertThat(seen().machines(SOURCES, Set.of("10.0.0.7"), GuestEndpoints.OPEN))
        .allMatch(m -> m.addresses().isEmpty());
  }

  @Test
  void ofALostMacNothingIsNews() throws Exception {
    MacView lost = seen().lost("no route to host");
    Host host = lost.host(SOURCES, false, "ledger", NOW);
    assertThat(host.connected()).isFalse();
    assertThat(host.traits().limit()).contains("no route to host");
    assertThat(machines(lost).values())
        .hasSize(2)
        .allMatch(m -> m.power() == PowerState.UNKNOWN && !m.sign().reachable());
  }

  @Test
  void aBootTimeThatJittersIsOneBoot() throws Exception {
    MacView again = seen().heard(report("1767225603"), NOW.plusSeconds(2));
    assertThat(again.bootTime()).isEqualTo(seen().bootTime());
    assertThat(again.host(SOURCES, false, "ledger", NOW))
        .isEqualTo(seen().host(SOURCES, false, "ledger", NOW));
  }

  @Test
  void timeAndWhatIsFreeOfTheDiskAreNoNews() throws Exception {
    String text = MacReportTest.text("mark ours ledger ours 1767225700 -\n", VMS, "0");
    MacView before = MacView.of(MAC).heard(MacReport.parse(text), NOW);
    MacView later =
        before.heard(
            MacReport.parse(
                text.replace("now 1767229200", "now 1767229205")
                    .replace("244000000 50%", "244000064 50%")),
            NOW.plusSeconds(5));
    assertThat(later.isNoNewsAfter(before)).isTrue();
    assertThat(later.host(SOURCES, false, "ledger", NOW))
        .isEqualTo(before.host(SOURCES, false, "ledger", NOW));
    for (String news :
        List.of(
            text.replace("244000000 50%", "20000000 96%"),
            text.replace("\"Running\":true,\"State\":\"running\"", "\"State\":\"stopped\""),
            text.replace("dial 0", "dial 1"),
            text.replace("mark ours ledger", "mark ours another"))) {
      assertThat(before.heard(MacReport.parse(news), NOW).isNoNewsAfter(before)).as(news).isFalse();
    }
    assertThat(before.lost("gone").isNoNewsAfter(before)).isFalse();
    assertThat(before.isNoNewsAfter(MacView.of(MAC))).isFalse();
  }

  @Test
  void aRebootGivesWithheldSlotsBack() throws Exception {
    MacView refused = seen().refused("another", NOW);
    assertThat(refused.host(SOURCES, false, "ledger", NOW).traits().slots()).hasValue(1);
    assertThat(refused.host(SOURCES, false, "ledger", NOW).traits().limit())
        .hasValueSatisfying(why -> assertThat(why).contains("system limit"));
    MacView same = refused.heard(report("1767225600"), NOW.plusSeconds(5));
    assertThat(same.host(SOURCES, false, "ledger", NOW).traits().slots()).hasValue(1);
    MacView booted = refused.heard(report("1767229000"), NOW.plusSeconds(5));
    assertThat(booted.host(SOURCES, false, "ledger", NOW).traits().slots()).hasValue(2);
    assertThat(booted.host(SOURCES, false, "ledger", NOW).traits().limit()).isEmpty();
  }
}
