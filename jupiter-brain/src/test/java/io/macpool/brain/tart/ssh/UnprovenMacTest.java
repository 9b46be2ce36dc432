package io.macpool.brain.tart.ssh;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.sim.ssh.GuestKeys;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnprovenMacTest {

  /** A packet in the clear: its length, that of its padding, and that the login succeeded. */
  private static final byte[] SUCCESS = {0, 0, 0, 12, 10, 52, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

  @TempDir Path directory;

  @Test
  void whoLetsUsInWithoutAHostKeyIsNotBelieved() throws IOException {
    Path key = directory.resolve("key");
    GuestKeys unused = GuestKeys.generate(key);
    Path known = Files.createFile(directory.resolve("known_hosts"));
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        SshHosts hosts = SshHosts.start(key, known);
        SshHost host = hosts.host("127.0.0.1", server.getLocalPort(), "ci")) {
      Thread stranger = new Thread(() -> letIn(server));
      stranger.setDaemon(true);
      stranger.start();
      assertThatThrownBy(() -> host.run("true", Duration.ofSeconds(10)))
          .isInstanceOf(SshFailure.class)
          .hasMessageContaining("before it has shown its host key");
    }
  }

  private static void letIn(ServerSocket server) {
    try (Socket socket = server.accept()) {
      OutputStream out = socket.getOutputStream();
      out.write("SSH-2.0-x\r\n".getBytes(US_ASCII));
      socket.setSoTimeout(50);
      // Again and again: one that comes before the client asks to be let in is nothing to it.
      do {
        out.write(SUCCESS);
        out.flush();
      } while (isWaiting(socket));
    } catch (IOException e) {
      // it had enough
    }
  }

  /** Takes what the client says for a moment; false once it has gone. */
  private static boolean isWaiting(Socket socket) throws IOException {
    try {
      while (socket.getInputStream().read() >= 0) {
        // whatever
      }
      return false;
    } catch (SocketTimeoutException e) {
      return true;
    }
  }
}
