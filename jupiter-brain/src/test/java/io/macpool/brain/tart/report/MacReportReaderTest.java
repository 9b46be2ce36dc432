package io.macpool.brain.tart.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class MacReportReaderTest {

  private static final String ANSWER =
      """
      boot { sec = 1767225600, usec = 123 } Thu Jan  1 00:00:00 2026
      now 1767300000
      arch arm64
      disk /dev/disk3s5 488000000 244000000 244000000 50% /
      dial 0
      ps 501 /opt/homebrew/bin/tart run a --no-graphics
      mark a ledger a 1767225700 -
      ip a 10.0.0.1
      list
      [{"Source":"local","Name":"a","Size":46,"Running":true,"State":"running"}]
      end 0
      """;

  /** What is read of an answer alone and behind others is the same. */
  private static void isReadAlike(String... answers) throws Exception {
    MacReportReader reader = new MacReportReader();
    for (String answer : answers) {
      assertThat(reader.read(answer)).isEqualTo(MacReport.parse(answer));
    }
  }

  @Test
  void whateverChangesIsRead() throws Exception {
    for (String change :
        List.of(
            "now 1767300000>now 1767300005",
            "244000000 50%>1000 99%",
            "/dev/disk3s5 488000000>nonsense",
            "sec = 1767225600>sec = 1767299000",
            "dial 0>dial 1",
            "tart run a>tart run b",
            "ip a 10.0.0.1>ip a 10.0.0.2",
            "1767225700 ->1767225700 0",
            "\"running\">\"suspended\"",
            "\"Size\":46>\"Size\":47",
            "ps 501>now 12\nps 501",
            "ps 501>disk x 1 2 3\nps 501")) {
      String[] parts = change.split(">", 2);
      String changed = ANSWER.replace(parts[0], parts[1]);
      assertThat(changed).isNotEqualTo(ANSWER);
      isReadAlike(ANSWER, ANSWER, changed, changed, ANSWER);
    }
  }

  @Test
  void whatCantBeReadIsNoneAndLeavesNothingBehind() throws Exception {
    MacReportReader reader = new MacReportReader();
    reader.read(ANSWER);
    for (String broken :
        List.of(
            "",
            ANSWER.replace("end 0\n", ""),
            ANSWER.replace("end 0", "end 1"),
            ANSWER.replace("now 1767300000", "now"),
            ANSWER.replace("now 1767300000", "now then"),
            ANSWER.replace("now 1767300000\n", ""))) {
      assertThatThrownBy(() -> reader.read(broken)).isInstanceOf(MacReport.Unreadable.class);
      assertThatThrownBy(() -> reader.read(broken)).isInstanceOf(MacReport.Unreadable.class);
      assertThat(reader.read(ANSWER)).isEqualTo(MacReport.parse(ANSWER));
    }
  }

  @Test
  void ofTheSameNothingIsReadAnew() throws Exception {
    MacReportReader reader = new MacReportReader();
    MacReport first = reader.read(ANSWER);
    MacReport later = reader.read(ANSWER.replace("now 1767300000", "now 1767300005"));
    assertThat(later.vms()).isSameAs(first.vms());
    assertThat(later.now()).isEqualTo(first.now().plusSeconds(5));
  }
}
