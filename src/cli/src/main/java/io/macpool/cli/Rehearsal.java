package io.macpool.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.macpool.broker.BrokerClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Locale;
import java.util.Map;

/**
 * A whole {@code macpool run} by which a JVM learns which classes one needs, for the start script:
 * at a broker of its own, whose Mac is this machine. The script sees to it that {@code ssh} leads
 * nowhere else.
 */
final class Rehearsal {

  private static final String MAC =
      """
      {"data":[{"type":"instances","id":"rehearsal","ip-addresses":["127.0.0.1"],\
      "state":"powered-on","created_at":"2026-11-30T12:00:00Z","age":"1s"}]}\
      """;

  private static final String DONE = "{\"data\":[]}";

  private Rehearsal() {}

  /**
   * Rehearses.
   *
   * @param arguments any: to load what other commands need, too, which makes a run's start slower
   *     where a JVM loads at once what it has learnt
   */
  public static void main(String[] arguments) throws IOException {
    ServerSocket broker = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    daemon(() -> accept(broker));
    if (arguments.length > 0) {
      Main.commandLine(Map.of(), "hosts").parseArgs("hosts");
      BrokerClient.warmUp();
    }
    String port = Integer.toString(broker.getLocalPort());
    Main.main(
        new String[] {
          "run", "rehearsal", "--url", "http://127.0.0.1:" + port, "--ssh-port", port, "--", "true"
        });
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "broker");
    thread.setDaemon(true);
    thread.start();
  }

  private static void accept(ServerSocket broker) {
    try {
      while (true) {
        Socket client = broker.accept();
        daemon(() -> answer(client));
      }
    } catch (IOException e) {
      return; // the rehearsal is not more than a try
    }
  }

  private static void answer(Socket client) {
    try (client;
        BufferedReader in =
            new BufferedReader(new InputStreamReader(client.getInputStream(), ISO_8859_1));
        OutputStream out = client.getOutputStream()) {
      for (String call = in.readLine(); call != null; call = in.readLine()) {
        long body = 0;
        for (String header = in.readLine();
            header != null && !header.isEmpty();
            header = in.readLine()) {
          String[] parts = header.toLowerCase(Locale.ROOT).split(": *", 2);
          body = parts[0].equals("content-length") ? Long.parseLong(parts[1]) : body;
        }
        for (; body > 0; body--) {
          int unused = in.read();
        }
        String said = call.startsWith("POST") || call.startsWith("GET") ? MAC : DONE;
        String head = "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n".formatted(said.length());
        out.write((head + said).getBytes(ISO_8859_1));
        out.flush();
      }
    } catch (IOException e) {
      return; // likewise
    }
  }
}
