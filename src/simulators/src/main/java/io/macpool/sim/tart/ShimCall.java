package io.macpool.sim.tart;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One command that a shim on a Mac's PATH stands for: the shim is a process of the Mac, and ends
 * when it is told how; when it is killed, its connection ends.
 */
final class ShimCall {

  final String host;
  final String command;
  final long pid;
  final List<String> arguments;
  private final Optional<Socket> socket;
  private boolean over;

  /** One that no process stands for: somebody runs it by hand, and nothing ends it. */
  static ShimCall byHand(String host, List<String> arguments) {
    return new ShimCall(host, "tart", 1, arguments, Optional.empty());
  }

  ShimCall(String host, String command, long pid, List<String> arguments, Socket socket) {
    this(host, command, pid, arguments, Optional.of(socket));
  }

  private ShimCall(
      String host, String command, long pid, List<String> arguments, Optional<Socket> socket) {
    this.host = host;
    this.command = command;
    this.pid = pid;
    this.arguments = List.copyOf(arguments);
    this.socket = socket;
  }

  void out(String text) {
    tell('o', text);
  }

  void err(String text) {
    tell('e', text);
  }

  private synchronized void tell(char kind, String text) {
    StringBuilder lines = new StringBuilder();
    for (String line : text.split("\n", -1)) {
      lines.append(kind).append(line).append('\n');
    }
    write(lines.toString());
  }

  /** Ends the command; only the first end counts. */
  synchronized void exit(int code) {
    if (!over) {
      over = true;
      write("x" + code + "\n");
    }
  }

  private void write(String text) {
    try {
      if (socket.isPresent()) {
        OutputStream stream = socket.get().getOutputStream();
        stream.write(text.getBytes(StandardCharsets.UTF_8));
        stream.flush();
      }
    } catch (IOException e) {
      over = true; // it was killed
    }
  }

  /** Waits for the end of its process; used by the thread that answers it alone. */
  void awaitEnd() {
    endsWithin(0);
  }

  /** Whether its process ends within {@code time}; else returns then. */
  boolean endsWithin(Duration time) {
    return endsWithin((int) Math.max(1, time.toMillis()));
  }

  /**
   * @param millis 0: however long it takes
   */
  private boolean endsWithin(int millis) {
    try {
      if (socket.isPresent()) {
        socket.get().setSoTimeout(millis);
        while (socket.get().getInputStream().read() >= 0) {
          // It says nothing any more.
        }
      }
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true; // it was killed
    }
  }

  /** As {@code kill -9}. */
  void kill() {
    if (socket.isEmpty()) {
      return; // what is pid there is somebody else here
    }
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    try {
      socket.get().close();
    } catch (IOException e) {
      over = true;
    }
  }

  /** As {@code ps} shows it. */
  String line(String path) {
    return pid + " " + path + " " + String.join(" ", arguments);
  }

  /** The value of an option, in either of its two forms; empty if it is not given. */
  String option(String name) {
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.equals(name) && i + 1 < arguments.size()) {
        return arguments.get(i + 1);
      }
      if (argument.startsWith(name + "=")) {
        return argument.substring(name.length() + 1);
      }
    }
    return "";
  }
}
