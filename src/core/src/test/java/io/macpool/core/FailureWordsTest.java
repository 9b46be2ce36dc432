package io.macpool.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class FailureWordsTest {

  private static Throwable causedBy(Exception failure, Throwable cause) {
    failure.initCause(cause);
    return failure;
  }

  @Test
  void aClassThatSaysItIsSaidInWords() {
    // So the JDK's HTTP client says that nobody listens, and that there is no such host.
    Throwable refused = causedBy(new ConnectException(), new ClosedChannelException());
    assertThat(FailureWords.of(new CompletionException(refused))).isEqualTo("connection refused");
    Throwable unresolved = causedBy(new ConnectException(), new UnresolvedAddressException());
    assertThat(FailureWords.of(unresolved)).isEqualTo("there is no such host");
    assertThat(FailureWords.of(new NoSuchFileException("/a/b"))).isEqualTo("there is no such file");
  }

  @Test
  void aConnectThatFailedForAnotherReasonIsNotCalledRefused() {
    assertThat(FailureWords.of(new ConnectException("Connection refused")))
        .isEqualTo("connection refused");
    assertThat(FailureWords.of(new ConnectException("Connection timed out")))
        .isEqualTo("Connection timed out");
  }

  @Test
  void whatAPeerSaidIsCutAndHoldsNoControlCharacters() {
    assertThat(FailureWords.printable("as it is, ä €")).isEqualTo("as it is, ä €");
    assertThat(FailureWords.printable("a\u001b[2J\r\nb")).isEqualTo("a?[2J??b");
    assertThat(FailureWords.printable("x".repeat(5_000))).hasSize(1_003).endsWith("x...");
  }

  @Test
  void elseTheDeepestMessageIsSaidAndElseTheClass() {
    assertThat(FailureWords.of(new IllegalStateException("outer", new IOException("inner"))))
        .isEqualTo("inner");
    assertThat(FailureWords.of(new IllegalStateException("outer", new IOException())))
        .isEqualTo("outer");
    assertThat(FailureWords.of(new ClosedChannelException())).isEqualTo("ClosedChannelException");
  }
}
