package io.macpool.worker.script;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Something in the generator's place, on a real connection. What it answers first is anything; who
 * asks for the same job again gets a script or a refusal.
 */
final class FuzzedServer implements AutoCloseable {

  private static final Pattern JOB = Pattern.compile("job_id=(\\d+)");
  private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *(\\d+)");

  private final ServerSocket socket;
  private final Random random;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Set<Long> asked = ConcurrentHashMap.newKeySet();
  private final Map<Long, Integer> served = new ConcurrentHashMap<>();

  private FuzzedServer(long seed) throws IOException {
    socket = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    random = new Random(seed);
  }

  static FuzzedServer start(long seed) throws IOException {
    FuzzedServer server = new FuzzedServer(seed);
    server.threads.execute(server::accept);
    return server;
  }

  URI uri() {
    return URI.create("http://token@127.0.0.1:" + socket.getLocalPort() + "/script");
  }

  /** In which status the whole script ends that was served for a job. */
  Optional<Integer> served(long id) {
    return Optional.ofNullable(served.get(id));
  }

  private void accept() {
    try {
      while (true) {
        Socket accepted = socket.accept();
        threads.execute(() -> answer(accepted));
      }
    } catch (IOException e) {
      threads.shutdown(); // it was closed
    }
  }

  private void answer(Socket accepted) {
    try (accepted) {
      Matcher job = JOB.matcher(question(accepted.getInputStream()));
      if (job.find()) {
        write(accepted.getOutputStream(), Long.parseLong(job.group(1)));
      }
    } catch (IOException e) {
      // who asked has gone
    }
  }

  private static String question(InputStream stream) throws IOException {
    InputStream in = new BufferedInputStream(stream);
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return "";
      }
      head.append((char) next);
    }
    Matcher length = LENGTH.matcher(head);
    if (length.find()) {
      in.readNBytes(Integer.parseInt(length.group(1)));
    }
    return head.toString();
  }

  private void write(OutputStream out, long id) throws IOException {
    int kind;
    int status;
    FuzzedAnswer answer;
    synchronized (random) {
      kind = asked.add(id) ? random.nextInt(5) : 3 + random.nextInt(2);
      answer = FuzzedAnswer.next(random);
    }
    status = (int) (id % 3);
    String script = "#!/bin/bash\necho ran to its end %d\nexit %d\n".formatted(id, status);
    switch (kind) {
      case 0 -> out.write(answer.body()); // no HTTP at all, or nothing
      case 1, 2 -> {
        int code = isCommands(answer) ? 503 : answer.status();
        out.write("HTTP/1.1 %d X\r\n".formatted(code).getBytes(ISO_8859_1));
        for (Map.Entry<String, List<String>> header : answer.headers().entrySet()) {
          for (String value : header.getValue()) {
            String line = value.contains("job_id") ? "X: x" : header.getKey() + ": " + value;
            out.write((line + "\r\n").getBytes(ISO_8859_1));
          }
        }
        out.write("\r\n".getBytes(ISO_8859_1));
        out.write(answer.body());
      }
      case 3 -> {
        String head = "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n".formatted(script.length());
        served.put(id, status);
        out.write((head + script).getBytes(ISO_8859_1));
      }
      default -> out.write("HTTP/1.1 422 X\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1));
    }
    out.flush();
  }

  /** What bash would run: it may run only what the test knows of. */
  private static boolean isCommands(FuzzedAnswer answer) {
    String text = answer.text().strip();
    return answer.status() == 200
        && !text.isEmpty()
        && !text.startsWith("<")
        && !text.startsWith("{\"")
        && !text.startsWith("[{")
        && text.indexOf(0) < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
    threads.shutdownNow();
  }
}
