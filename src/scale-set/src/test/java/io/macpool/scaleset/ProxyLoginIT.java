package io.macpool.scaleset;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service as it is started, before a proxy that wants a login. */
class ProxyLoginIT {

  @TempDir private Path directory;

  @Test
  void theProxyIsToldTheLoginBeforeItMakesATunnel() throws Exception {
    try (ServerSocket proxy = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        GuestFleet guests =
            GuestFleet.start(
                GuestFleetOptions.in(directory.resolve("homes")).withFirstAddress("127.102.0.1"))) {
      proxy.setSoTimeout((int) RunnerLab.PATIENCE.toMillis());
      Path token = Files.writeString(directory.resolve("token"), "a-token");
      Path log = directory.resolve("service.log");
      ProcessBuilder builder =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-cp",
              System.getProperty("java.class.path"),
              Main.class.getName());
      Map.of(
              "GITHUB_URL", "https://github.example/org",
              "GITHUB_TOKEN_FILE", token.toString(),
              "PROXY", "http://a%20user:pass%3Aword@127.0.0.1:" + proxy.getLocalPort(),
              "BROKER_URL", "http://token@127.0.0.1:1",
              "NAME", "macos-15",
              "IMAGE", "macos-15",
              "SSH_KEY_FILE", guests.privateKeyFile().toString(),
              "ADMIN_ADDR", "127.0.0.1:0")
          .forEach((name, value) -> builder.environment().put("MACPOOL_SCALE_SET_" + name, value));
      Process service = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
      try {
        List<String> asked = request(proxy);

        assertThat(asked.get(0)).startsWith("CONNECT github.example:443 ");
        String login = Base64.getEncoder().encodeToString("a user:pass:word".getBytes(UTF_8));
        assertThat(asked).contains("Proxy-Authorization: Basic " + login);
        assertThat(asked).as("that is for GitHub").noneMatch(line -> line.contains("a-token"));
        assertThat(log).content().doesNotContain("pass:word").doesNotContain(login);
      } finally {
        service.destroyForcibly().waitFor();
      }
    }
  }

  private static List<String> request(ServerSocket proxy) throws Exception {
    try (Socket client = proxy.accept();
        BufferedReader in =
            new BufferedReader(new InputStreamReader(client.getInputStream(), ISO_8859_1))) {
      client.setSoTimeout((int) RunnerLab.PATIENCE.toMillis());
      List<String> lines = new ArrayList<>();
      String line = in.readLine();
      while (line != null && !line.isEmpty()) {
        lines.add(line);
        line = in.readLine();
      }
      client.getOutputStream().write("HTTP/1.1 502 Bad Gateway\r\n\r\n".getBytes(ISO_8859_1));
      return lines;
    }
  }
}
