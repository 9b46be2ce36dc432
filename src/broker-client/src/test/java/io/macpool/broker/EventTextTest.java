package io.macpool.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventTextTest {

  private final List<EventText.Event> told = new ArrayList<>();
  private final EventText text = new EventText(100, told::add);

  private void take(String part) throws IOException {
    text.take(ByteBuffer.wrap(part.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void eventsComeInPartsOfAnyLength() throws IOException {
    String all =
        ": hello\n\nevent: instance\nid: a-1\ndata: {\"é\":1}\n\ndata: x\r\ndata:y\r\n\r\n";
    for (byte each : all.getBytes(StandardCharsets.UTF_8)) {
      text.take(ByteBuffer.wrap(new byte[] {each}));
    }

    assertThat(told)
        .containsExactly(
            new EventText.Event("instance", "a-1", "{\"é\":1}"),
            new EventText.Event("", "a-1", "x\ny"));
  }

  @Test
  void whatIsNotWholeIsNotTold() throws IOException {
    take("event: gone\ndata: {");
    assertThat(told).isEmpty();
    take("}\n");
    assertThat(told).isEmpty();
    take("\n");
    assertThat(told).hasSize(1);
  }

  @Test
  void anEventThatNeverEndsIsRefused() throws IOException {
    take("data: " + "x".repeat(90) + "\n");
    assertThatThrownBy(() -> take("data: more and more")).isInstanceOf(IOException.class);
  }
}
