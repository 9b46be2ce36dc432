package io.macpool.sim.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client that sends bytes as they come, on a connection of their own, and reads what is said. */
public final class RawHttp {

  /** No server of ours has this much to say. */
  private static final int LONGEST_ANSWER = 4 * 1024 * 1024;

  private static final String END_OF_HEAD = "\r\n\r\n";
  private static final Pattern LENGTH =
      Pattern.compile("(?im)^(?:content-length|transfer-encoding|connection|expect):.*\r\n");

  /** Of a version that nobody knows, it is repeated. */
  private static final Pattern ANSWER =
      Pattern.compile("(?s)\\S{1,200}/\\d\\.\\d ([1-5]\\d\\d) .*");

  private RawHttp() {}

  /**
   * The bytes with the length that their body has: what a client sends that frames its requests
   * well, whatever stands in them.
   */
  public static byte[] framed(byte[] request) {
    String text = new String(request, ISO_8859_1);
    int end = text.indexOf(END_OF_HEAD);
    if (end < 0) {
      return request;
    }
    String head = LENGTH.matcher(text.substring(0, end + 2)).replaceAll("");
    String body = text.substring(end + END_OF_HEAD.length());
    return (head + "Connection: close\r\nContent-Length: " + body.length() + END_OF_HEAD + body)
        .getBytes(ISO_8859_1);
  }

  /**
   * All that the server says until it hangs up; empty if it only does that.
   *
   * @throws IOException if it does neither for so long
   */
  public static String exchange(int port, byte[] request, Duration patience) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) patience.toMillis());
      socket.setTcpNoDelay(true);
      socket.getOutputStream().write(request);
      if (!new String(request, ISO_8859_1).contains("Connection: close\r\n")) {
        socket.shutdownOutput();
      }
      byte[] answer = socket.getInputStream().readNBytes(LONGEST_ANSWER);
      if (answer.length == LONGEST_ANSWER) {
        throw new IOException("the answer has no end");
      }
      return new String(answer, ISO_8859_1);
    } catch (SocketException e) {
      return ""; // cut off while it was still talking
    }
  }

  /**
   * The status of an answer; 0 if there is none.
   *
   * @throws AssertionError if that is no answer of HTTP, or shows the inside of its server
   */
  public static int status(String answer) {
    if (answer.isEmpty()) {
      return 0;
    }
    Matcher status = ANSWER.matcher(answer);
    if (!status.matches()) {
      throw new AssertionError("this is no answer: " + answer);
    }
    if (answer.contains("\tat ") || answer.contains("Exception")) {
      throw new AssertionError("the answer shows the inside: " + answer);
    }
    return Integer.parseInt(status.group(1));
  }
}
