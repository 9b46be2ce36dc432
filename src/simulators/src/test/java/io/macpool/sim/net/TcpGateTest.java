package io.macpool.sim.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TcpGateTest {

  private static ServerSocket listen() throws IOException {
    return new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  }

  @Test
  void replicasTakeTurnsAndOneThatIsDownIsPassedOver() throws Exception {
    ServerSocket first = listen();
    ServerSocket second = listen();
    try (TcpGate gate =
        TcpGate.openBefore("127.0.0.1", List.of(first.getLocalPort(), second.getLocalPort()))) {
      try (Socket one = new Socket(InetAddress.getLoopbackAddress(), gate.port());
          Socket atFirst = first.accept();
          Socket two = new Socket(InetAddress.getLoopbackAddress(), gate.port());
          Socket atSecond = second.accept()) {
        assertThat(List.of(one, atFirst, two, atSecond)).allMatch(Socket::isConnected);
      }
      first.close();
      for (int i = 0; i < 3; i++) {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), gate.port());
            Socket served = second.accept()) {
          served.getOutputStream().write(7);
          assertThat(client.getInputStream().read()).isEqualTo(7);
        }
      }
    } finally {
      first.close();
      second.close();
    }
  }
}
