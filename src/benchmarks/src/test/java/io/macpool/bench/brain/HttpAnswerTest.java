package io.macpool.bench.brain;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;

class HttpAnswerTest {

  private static final String CREATED =
      "HTTP/1.1 201 Created\r\nLocation: /instances/a\r\ncontent-length: 5\r\n\r\nhello";

  @Test
  void isPutTogetherFromWhateverPieces() {
    HttpAnswer.Reader reader = new HttpAnswer.Reader();
    for (int at = 0; at < CREATED.length() - 1; at++) {
      assertThat(reader.take(Buffer.buffer(CREATED.substring(at, at + 1)))).isNull();
    }
    HttpAnswer answer = reader.take(Buffer.buffer("o"));
    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.header("location")).isEqualTo("/instances/a");
    assertThat(answer.body()).isEqualTo("hello");
  }

  @Test
  void oneFollowsAnotherAndABodyMayBeMissing() {
    HttpAnswer.Reader reader = new HttpAnswer.Reader();
    assertThat(reader.take(Buffer.buffer(CREATED)).body()).isEqualTo("hello");
    HttpAnswer gone = reader.take(Buffer.buffer("HTTP/1.1 204 No Content\r\n\r\n"));
    assertThat(gone.status()).isEqualTo(204);
    assertThat(gone.body()).isEmpty();
    assertThat(gone.header("location")).isEmpty();
  }
}
