package io.macpool.brain.tart.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.sim.ssh.CommandServer;
import io.macpool.sim.ssh.GuestKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SshConversationTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** Does what the file {@code do} says, tells its process, and ends its answer. */
  private static final String PROGRAM =
      "while read -r q; do . ./do; echo $$; echo \"answer $q\"; done";

  @TempDir Path directory;

  private CommandServer server;
  private SshHosts hosts;
  private SshHost host;
  private SshConversation conversation;

  @BeforeEach
  void start() throws Exception {
    Path key = directory.resolve("key");
    GuestKeys keys = GuestKeys.generate(key);
    server = CommandServer.start(keys, "ci", directory, Map.of("PATH", "/usr/bin:/bin"));
    Path known = directory.resolve("known_hosts");
    Files.writeString(known, CommandServer.knownHost(server.port(), keys) + "\n");
    hosts = SshHosts.start(key, known);
    host = hosts.host("127.0.0.1", server.port(), "ci");
    conversation = host.converse(PROGRAM);
    toDo(":");
  }

  @AfterEach
  void stop() {
    host.close();
    hosts.close();
    server.close();
  }

  private void toDo(String script) throws Exception {
    Files.writeString(directory.resolve("do"), script + "\n");
  }

  private String ask() throws Exception {
    return conversation.ask(LIMIT).out().strip();
  }

  @Test
  void oneProgramAnswersAllQuestions() throws Exception {
    Set<String> processes = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      processes.add(ask());
    }
    assertThat(processes).singleElement().asString().matches("\\d+");
  }

  @Test
  void oneThatWasKilledOrCutOffIsBegunAnewAndNobodyHearsOfIt() throws Exception {
    String first = ask();
    server.killCommands();
    String second = ask();
    server.cut();
    String third = ask();
    assertThat(Set.of(first, second, third)).hasSize(3);
  }

  @Test
  void oneThatDiesOfAQuestionIsAskedOnceMoreAndNoMore() throws Exception {
    ask();
    toDo("echo x >>times; kill -9 $$");
    assertThat(conversation.ask(LIMIT).code()).isNotZero();
    assertThat(Files.readAllLines(directory.resolve("times"))).hasSize(2);
  }

  @Test
  void anAnswerThatIsLateIsNotTakenForTheNextOne() throws Exception {
    String first = ask();
    toDo("until [ -f go ]; do sleep 0.05; done; echo late");
    assertThatThrownBy(() -> conversation.ask(Duration.ofMillis(200)))
        .isInstanceOf(SshFailure.class)
        .hasMessageContaining("did not end a command within");
    Files.createFile(directory.resolve("go"));
    toDo(":");
    assertThat(ask()).matches("\\d+").isNotEqualTo(first);
  }

  @Test
  void whatAnAnswerSaysInItsMiddleDoesNotEndIt() throws Exception {
    toDo("for a in 'no answer 1' 'answer 1 ' 'answer 12' answer; do echo \"$a\"; sleep 0.1; done");
    assertThat(ask()).startsWith("no answer 1\nanswer 1 \nanswer 12\nanswer\n");
  }

  @Test
  void aProgramThatCannotStayTellsItsCodeAndItsComplaints() throws Exception {
    SshConversation none = host.converse("echo no such thing >&2; exit 3");
    CommandResult result = none.ask(LIMIT);
    assertThat(result.code()).isEqualTo(3);
    assertThat(result.err()).isEqualTo("no such thing\n");
  }

  @Test
  void whatSaysTooMuchIsCutOff() throws Exception {
    toDo("head -c 3000000 /dev/zero | tr '\\0' x");
    assertThat(conversation.ask(LIMIT).out()).hasSize(1 << 20);
    toDo(":");
    assertThat(ask()).matches("\\d+");
  }
}
