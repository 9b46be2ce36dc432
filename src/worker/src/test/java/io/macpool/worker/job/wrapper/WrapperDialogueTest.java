package io.macpool.worker.job.wrapper;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Whose word counts, and for what. */
class WrapperDialogueTest {

  private static final String NONCE = "0123456789abcdef";
  private final Heard heard = new Heard();
  private final WrapperDialogue dialogue = new WrapperDialogue(NONCE, 0, 100, heard);

  @Test
  void aWholeJobIsHeard() {
    out("greeting" + NONCE + " begins here\n");
    err("warning\n" + NONCE + " began boot-1\n" + NONCE + " want\n" + NONCE + " stored\n");
    err(NONCE + " following\n");
    out("output");
    err(NONCE + " ended 3 6 home\n");
    assertThat(heard.events).containsExactly("want", "stored", "following", "ended 3 HOME");
    assertThat(heard.text()).isEqualTo("output");
    assertThat(dialogue.boot()).isEqualTo("boot-1");
    assertThat(dialogue.said()).isEqualTo("greetingwarning");
  }

  @Test
  void anEndWaitsForItsOutput() {
    prove();
    out("half");
    err(NONCE + " ended 0 8\n");
    assertThat(heard.events).doesNotContain("ended 0 NOTHING");
    out("halfstray");
    assertThat(heard.events).contains("ended 0 NOTHING");
    assertThat(heard.text()).isEqualTo("halfhalf");
  }

  @Test
  void outputWaitsForTheProof() {
    out(NONCE + " begins here\n");
    out("early");
    assertThat(heard.text()).isEmpty();
    err(NONCE + " began b\n" + NONCE + " following\n");
    assertThat(heard.text()).isEqualTo("early");
  }

  /** A channel has one window for both streams: who stops reading one may stop the other. */
  @Test
  void outputBeforeTheProofIsReadOnBeyondAWindowButNotForEver() {
    out(NONCE + " begins here\n");
    String part = "x".repeat(16 * 1024);
    for (int read = 0; read < 512 * 1024; read += part.length()) {
      assertThat(offer(part)).as("after %d bytes", read).isDone();
    }
    CompletableFuture<Void> room = offer("y".repeat(512 * 1024));
    assertThat(room).isNotDone();
    assertThat(heard.text()).isEmpty();
    err(NONCE + " began b\n" + NONCE + " following\n");
    assertThat(room).isDone();
    assertThat(heard.text()).hasSize(1024 * 1024);
  }

  @Test
  void nothingIsHeardOfWhoDoesNotKnowTheNonce() {
    err("began b\nstored\nfollowing\nended 0 0\n" + NONCE + "x ended 0 0\n");
    err(NONCE + " ended 0 0\n"); // it has not begun
    out("all of it");
    assertThat(heard.events).isEmpty();
    assertThat(heard.text()).isEmpty();
  }

  @Test
  void aStatusThatIsNoneIsALoss() {
    prove();
    err(NONCE + " ended 256 0\n");
    assertThat(heard.events).contains("lost").noneMatch(event -> event.startsWith("ended"));
  }

  @Test
  void aTraceMayComeBeforeItsSize() {
    prove();
    err(NONCE + " ended 0 0\n");
    dialogue.expectTrace();
    out("trace");
    err(NONCE + " trace 5\n");
    assertThat(heard.events).contains("trace trace");
  }

  /** Two streams, read side by side: whichever is ahead, all is heard. */
  @Test
  void theOrderOfTheStreamsChangesNothing() {
    String mark = NONCE + " begins here\n";
    String begun = NONCE + " began b\n";
    String following = NONCE + " following\n";
    List<String> started =
        List.of(begun, NONCE + " want\n", NONCE + " stored\n", following, NONCE + " ended 3 6\n");
    for (List<Boolean> order : orders(4, started.size())) {
      Heard all = play(0, List.of("hi" + NONCE, " begins here\n", "out", "put"), started, order);
      assertThat(all.events)
          .as(order.toString())
          .containsExactlyInAnyOrder("want", "stored", "following", "ended 3 NOTHING");
      assertThat(all.text()).as(order.toString()).isEqualTo("output");
    }
    List<String> attached = List.of(begun, following, NONCE + " ended 3 6\n");
    for (List<Boolean> order : orders(1, attached.size())) {
      assertThat(play(6, List.of(mark), attached, order).events)
          .as(order.toString())
          .containsExactly("following", "ended 3 NOTHING");
    }
  }

  /** All orders of so many pieces of each; true: of standard output. */
  private static List<List<Boolean>> orders(int out, int err) {
    if (out == 0 && err == 0) {
      return List.of(List.of());
    }
    List<List<Boolean>> all = new ArrayList<>();
    for (boolean first : new boolean[] {true, false}) {
      if (first ? out > 0 : err > 0) {
        for (List<Boolean> rest : orders(first ? out - 1 : out, first ? err : err - 1)) {
          List<Boolean> order = new ArrayList<>(List.of(first));
          order.addAll(rest);
          all.add(order);
        }
      }
    }
    return all;
  }

  private static Heard play(long offset, List<String> out, List<String> err, List<Boolean> order) {
    Heard fresh = new Heard();
    WrapperDialogue other = new WrapperDialogue(NONCE, offset, 100, fresh);
    Iterator<String> outs = out.iterator();
    Iterator<String> errs = err.iterator();
    for (boolean isOut : order) {
      byte[] bytes = (isOut ? outs : errs).next().getBytes(ISO_8859_1);
      CompletableFuture<Void> unused =
          isOut ? other.out(bytes, 0, bytes.length) : other.err(bytes, 0, bytes.length);
    }
    return fresh;
  }

  /** Whatever anybody but the wrapper says, in whatever pieces: no verdict, and no output. */
  @Test
  void noVerdictWithoutARun() {
    Random random = new Random(17);
    String[] words = {
      "began",
      "boot",
      "want",
      "stored",
      "following",
      "ended 0 0",
      "ended 1 3",
      "trace 4",
      "lost",
      NONCE.substring(1),
      NONCE.substring(0, 15),
      "0",
      "\n",
      " ",
      "\u0000",
      "begins here\n",
      "exit"
    };
    for (int i = 0; i < 100_000; i++) {
      Heard fresh = new Heard();
      WrapperDialogue other = new WrapperDialogue(NONCE, 0, 100, fresh);
      for (int piece = random.nextInt(12); piece >= 0; piece--) {
        byte[] bytes = (words[random.nextInt(words.length)] + " ").getBytes(ISO_8859_1);
        CompletableFuture<Void> unused =
            random.nextBoolean()
                ? other.out(bytes, 0, bytes.length)
                : other.err(bytes, 0, bytes.length - random.nextInt(2));
      }
      assertThat(fresh.events).as("seed 17, round %d", i).isEmpty();
      assertThat(fresh.text()).isEmpty();
    }
  }

  private void prove() {
    out(NONCE + " begins here\n");
    err(NONCE + " began b\n" + NONCE + " stored\n" + NONCE + " following\n");
  }

  private void out(String text) {
    CompletableFuture<Void> unused = offer(text);
  }

  /** Standard output; done once there is room for more. */
  private CompletableFuture<Void> offer(String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    return dialogue.out(bytes, 0, bytes.length);
  }

  private void err(String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    CompletableFuture<Void> unused = dialogue.err(bytes, 0, bytes.length);
  }

  private static final class Heard implements WrapperDialogue.Listener {

    private final List<String> events = new ArrayList<>();
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    String text() {
      return output.toString(ISO_8859_1);
    }

    @Override
    public void wantsScript() {
      events.add("want");
    }

    @Override
    public void stored() {
      events.add("stored");
    }

    @Override
    public void following() {
      events.add("following");
    }

    @Override
    public CompletableFuture<Void> output(byte[] bytes, int offset, int count) {
      output.write(bytes, offset, count);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void ended(int status, WrapperDialogue.Shortage shortage) {
      events.add("ended " + status + " " + shortage);
    }

    @Override
    public void stale() {
      events.add("stale");
    }

    @Override
    public void failed(String reason) {
      events.add("failed");
    }

    @Override
    public void lost(String reason) {
      events.add("lost");
    }

    @Override
    public void trace(Optional<byte[]> content) {
      events.add("trace " + content.map(bytes -> new String(bytes, ISO_8859_1)).orElse("none"));
    }
  }
}
