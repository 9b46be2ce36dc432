package io.macpool.worker.job.wrapper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.macpool.broker.net.Retries;
import io.macpool.guest.ssh.GuestException;
import io.macpool.guest.ssh.GuestSession;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who a real OpenSSH lets in, however it is set up; and in which words it is told why not. */
@Execution(ExecutionMode.CONCURRENT)
class LoginReasonsIT {

  private static final String USER = "mac";
  private static final Duration LOGIN = Duration.ofMinutes(1);

  private static OpenSshGuests guests(String setUp, String... config) {
    return OpenSshGuests.start(Map.of(USER, "/bin/sh"), setUp, config);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "KexAlgorithms curve25519-sha256@libssh.org",
        "KexAlgorithms ecdh-sha2-nistp384",
        "KexAlgorithms ecdh-sha2-nistp521",
        "KexAlgorithms diffie-hellman-group14-sha256",
        "KexAlgorithms diffie-hellman-group16-sha512",
        "KexAlgorithms diffie-hellman-group-exchange-sha256",
        "KexAlgorithms sntrup761x25519-sha512@openssh.com",
        "Ciphers chacha20-poly1305@openssh.com",
        "Ciphers aes256-gcm@openssh.com",
        "MACs hmac-sha2-512-etm@openssh.com"
      })
  void logsInWhateverOneOfOursIsLeft(String setting) {
    try (OpenSshGuests guests = guests("", setting);
        GuestSession session = guests.connect(USER)) {
      assertThat(session.isOpen()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "KexAlgorithms diffie-hellman-group14-sha1",
        "Ciphers aes128-cbc",
        "MACs umac-64@openssh.com"
      })
  void namesWhatIsOfferedAndAskedForAndTheSetting(String setting) {
    String[] words = setting.split(" ", -1);
    try (OpenSshGuests guests =
        guests("", setting, setting.startsWith("MACs") ? "Ciphers aes128-ctr" : "LogLevel INFO")) {
      assertThat(refusal(guests))
          .contains("it offers " + words[1] + ", we ask for ")
          .contains("let " + words[0] + " in its sshd_config name one of ours");
    }
  }

  @Test
  void aKeyThatIsNotKnownIsToldFromKeysThatAreNotTaken() {
    try (OpenSshGuests guests = guests("", "AuthorizedKeysFile none")) {
      assertThat(refusal(guests))
          .contains("does not let mac in by our key")
          .contains("SHA256:")
          .contains("would by publickey")
          .contains("authorized_keys");
    }
    try (OpenSshGuests guests =
        guests("", "PubkeyAuthentication no", "PasswordAuthentication yes")) {
      assertThat(refusal(guests)).contains("lets nobody in by a key: see PubkeyAuthentication");
    }
  }

  /** As old clients meet it who know ssh-rsa alone. */
  @Test
  void anRsaHostKeyBySha2IsAsGoodAsAnother() {
    try (OpenSshGuests guests =
            guests(
                "ssh-keygen -q -t rsa -b 2048 -N '' -f /home/rsa",
                "HostKey /home/rsa",
                "HostKeyAlgorithms rsa-sha2-512");
        GuestSession session = guests.connect(USER)) {
      assertThat(session.isOpen()).isTrue();
    }
  }

  /** A directory service that looks for keys may take its time; it is asked twice. */
  @Test
  void aLoginOfSevenSecondsIsSlowAndNoMore() {
    String command = "/home/keys";
    String setUp =
        "printf '#!/bin/sh\\nsleep 3.5\\ncat /home/authorized_keys\\n' > %1$s; chmod 755 %1$s"
            .formatted(command);
    try (OpenSshGuests guests =
        guests(
            setUp,
            "AuthorizedKeysFile none",
            "AuthorizedKeysCommand " + command,
            "AuthorizedKeysCommandUser root")) {
      GuestException slow = failure(guests, Duration.ofSeconds(5));
      assertThat(slow.reason()).isEqualTo(GuestException.Reason.LOGIN_SLOW);
      assertThat(slow.said()).isEqualTo("it answers, but the login did not end within 5s");
      guests.connect(USER, LOGIN).join().close();
    }
  }

  /** Somebody may have all of them, by saying nothing: it is told, and passes with him. */
  @Test
  void aServerWithoutAPlaceForALoginSaysSoAndTakesUsLater() throws IOException {
    try (OpenSshGuests guests = guests("", "MaxStartups 1", "LoginGraceTime 600")) {
      try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), guests.port())) {
        // The server says who it is when it has begun to wait for who we are.
        assertThat(new String(silent.getInputStream().readNBytes(4), UTF_8)).isEqualTo("SSH-");
        GuestException refused = failure(guests, LOGIN);
        assertThat(refused.reason()).isEqualTo(GuestException.Reason.LOGIN_REFUSED);
        assertThat(refused.said()).startsWith("it ends the connection").contains("MaxStartups");
      }
      Awaitility.await("a place is free")
          .atMost(LOGIN)
          .ignoreExceptions()
          .untilAsserted(() -> guests.connect(USER, LOGIN).join().close());
    }
  }

  private static String refusal(OpenSshGuests guests) {
    GuestException refused = failure(guests, LOGIN);
    assertThat(refused.reason()).isEqualTo(GuestException.Reason.LOGIN_REFUSED);
    assertThat(refused).hasMessageStartingWith("127.0.0.1:" + guests.port());
    assertThat(refused.said()).startsWith("it ").doesNotContain("127.0.0.1");
    return refused.said();
  }

  private static GuestException failure(OpenSshGuests guests, Duration login) {
    Throwable thrown = catchThrowable(() -> guests.connect(USER, login).join());
    assertThat(Retries.cause(thrown)).isInstanceOf(GuestException.class);
    return (GuestException) Retries.cause(thrown);
  }
}
