package io.macpool.sim.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FuzzingTest {

  private final Fuzzing fuzzing = Fuzzing.of("harness");

  private static String text(byte[] input) {
    return new String(input, ISO_8859_1);
  }

  @Test
  void theCorpusComesFirstAsItIs() {
    Set<String> seen = new HashSet<>();
    fuzzing.run(0, input -> seen.add(text(input)));
    assertThat(seen).containsExactlyInAnyOrder("GET /a HTTP/1.1", "{\"a\": [1, 2]}");
  }

  @Test
  void wordsMayHoldAnyByte() {
    assertThat(Corpus.of("harness").words())
        .containsExactly(new byte[] {0, (byte) 0xff}, "a\"b\\".getBytes(ISO_8859_1));
  }

  @Test
  void anInputIsTheSameForItsSeedAndNumberAndNoLongerThanAllowed() {
    Mutations mutations = new Mutations(Corpus.of("harness"), 500, false);
    Set<String> inputs = new HashSet<>();
    for (int i = 0; i < 2_000; i++) {
      byte[] input = mutations.input(3, i);
      assertThat(input).isEqualTo(mutations.input(3, i)).hasSizeLessThanOrEqualTo(500);
      inputs.add(text(input));
    }
    assertThat(inputs).hasSizeGreaterThan(1_500);
  }

  @Test
  void whatFailsIsToldWithItsInput() {
    assertThatThrownBy(
            () ->
                fuzzing.run(
                    10_000,
                    input -> assertThat(text(input)).matches("(?s).*(GET|\\{).*|[^\u0000]*")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("-Dfuzz.replay=")
        .hasMessageContaining("\u0000");
  }

  @Test
  void whatHangsIsFoundWithItsStack() {
    CountDownLatch never = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                fuzzing
                    .within(Duration.ofMillis(200))
                    .run(
                        10_000,
                        input -> {
                          if (input.length == 0) {
                            never.await();
                          }
                        }))
        .cause()
        .hasMessageContaining("it has no end")
        .hasMessageContaining("await");
  }

  @Test
  void whatTakesTooMuchMemoryIsFound() {
    AtomicLong kept = new AtomicLong();
    assertThatThrownBy(
            () ->
                fuzzing
                    .allocating(1 << 20)
                    .run(10_000, input -> kept.addAndGet(new byte[1000 * input.length].length)))
        .cause()
        .hasMessageContaining("it used");
  }

  @Test
  void aSearchThatFindsNothingMayNotPassForOneThatLooked() {
    assertThatThrownBy(() -> fuzzing.mustFind(100, input -> {}))
        .hasMessageContaining("did not show the planted fault");
    fuzzing.mustFind(
        10_000,
        input -> {
          if (text(input).contains("[[")) {
            throw new IllegalStateException("planted");
          }
        });
  }
}
