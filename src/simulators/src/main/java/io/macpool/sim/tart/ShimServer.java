package io.macpool.sim.tart;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the shims of all Macs. */
final class ShimServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ShimServer.class);

  /** Says who it is and what it was given, and prints and ends as it is told. */
  private static final String SHIM =
      """
      #!/bin/bash
      exec 3<>/dev/tcp/127.0.0.1/%d || exit 255
      printf '%%s\\0' %s "${0##*/}" "$$" "$#" "$@" >&3
      while IFS= read -r line <&3; do
        case $line in
          o*) printf '%%s\\n' "${line#o}";;
          e*) printf '%%s\\n' "${line#e}" >&2;;
          x*) exit "${line#x}";;
        esac
      done
      exit 137
      """;

  /** Carries a connection by itself; whether a port takes one at all, it asks. */
  private static final String CARRIER =
      """
      #!/bin/bash
      [ "$1" = -z ] && exec "${0%%/*}/asked-nc" "$@"
      [ "$1" = -G ] && shift 2
      exec 3<>"/dev/tcp/$1/$2" || exit 1
      set -m
      { cat <&3; kill $$; } 2>/dev/null &
      cat >&3 2>/dev/null
      kill -- -$! 2>/dev/null
      """;

  private static final int BACKLOG = 200;

  private final ServerSocket socket;
  private final Consumer<ShimCall> answers;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(work -> new Thread(work, "tart-shim"));

  private ShimServer(ServerSocket socket, Consumer<ShimCall> answers) {
    this.socket = socket;
    this.answers = answers;
  }

  /**
   * @param answers called on a thread of its own for each command; what it leaves open goes on
   */
  static ShimServer start(Consumer<ShimCall> answers) {
    try {
      ShimServer server =
          new ShimServer(new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()), answers);
      server.threads.execute(server::accept);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException("can't listen for the commands of simulated Macs", e);
    }
  }

  /** Puts a command on a Mac's PATH. */
  void install(Path bin, String command, String host) throws IOException {
    if (command.equals("nc")) {
      write(bin.resolve(command), CARRIER.formatted());
      write(bin.resolve("asked-nc"), SHIM.formatted(socket.getLocalPort(), host));
    } else {
      write(bin.resolve(command), SHIM.formatted(socket.getLocalPort(), host));
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket shim = socket.accept();
        threads.execute(() -> answer(shim));
      } catch (IOException e) {
        if (!socket.isClosed()) {
          log.warn("no more commands of simulated Macs are answered", e);
        }
        return;
      }
    }
  }

  private void answer(Socket shim) {
    try (shim) {
      InputStream stream = new BufferedInputStream(shim.getInputStream());
      String host = word(stream);
      String command = word(stream);
      long pid = Long.parseLong(word(stream));
      int count = Integer.parseInt(word(stream));
      List<String> arguments = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        arguments.add(word(stream));
      }
      answers.accept(new ShimCall(host, command, pid, arguments, shim));
    } catch (IOException e) {
      log.debug("a command of a simulated Mac broke off: {}", e.getMessage());
    }
  }

  private static String word(InputStream stream) throws IOException {
    ByteArrayOutputStream word = new ByteArrayOutputStream();
    for (int b = stream.read(); b != 0; b = stream.read()) {
      if (b < 0) {
        throw new EOFException();
      }
      word.write(b);
    }
    return word.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    socket.close();
    threads.shutdownNow();
  }
}
