#!/usr/bin/env bash
# Guess: the JDK's HttpClient says why it could not connect, as its HttpURLConnection and plain
#   sockets do: "Connection refused", or the name that could not be resolved.
# Does: a ConnectException without a message, and without one in any of its causes; a name that
#   cannot be resolved and a port that refuses differ in the class of the last cause alone, which is
#   java.nio's.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
java=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.version = //p')
echo "java.net.http of JDK $java"
case $java in 17.*) ;; *) echo "written down for JDK 17" >&2; exit 2 ;; esac
cat >Finding.java <<'JAVA'
import java.io.IOException;
import java.net.*;
import java.net.http.*;

class Finding {
  private interface Call {
    void run(URI uri) throws Exception;
  }

  public static void main(String[] args) throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    URI refused = URI.create("http://127.0.0.1:" + port + "/");
    URI unknown = URI.create("http://nowhere.invalid:" + port + "/");
    HttpClient client = HttpClient.newHttpClient();
    Call modern =
        uri ->
            client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding());
    Call old = uri -> uri.toURL().openStream().close();
    System.out.println("HttpClient, port refuses:         " + told(modern, refused, port));
    System.out.println("HttpClient, name unknown:         " + told(modern, unknown, port));
    System.out.println("HttpURLConnection, port refuses:  " + told(old, refused, port));
    System.out.println("HttpURLConnection, name unknown:  " + told(old, unknown, port));
  }

  private static String told(Call call, URI uri, int port) throws Exception {
    try {
      call.run(uri);
      return "connected";
    } catch (IOException e) {
      StringBuilder text = new StringBuilder();
      for (Throwable t = e; t != null; t = t.getCause()) {
        text.append(text.length() == 0 ? "" : " <- ")
            .append(t.getClass().getSimpleName())
            .append(t.getMessage() == null ? " without a message" : " \"" + t.getMessage() + "\"");
      }
      return text.toString();
    }
  }
}
JAVA
java Finding.java >seen 2>errors || { cat errors >&2; exit 2; }
cat >expected <<'END'
HttpClient, port refuses:         ConnectException without a message <- ConnectException without a message <- ClosedChannelException without a message
HttpClient, name unknown:         ConnectException without a message <- ConnectException without a message <- UnresolvedAddressException without a message
HttpURLConnection, port refuses:  ConnectException "Connection refused"
HttpURLConnection, name unknown:  UnknownHostException "nowhere.invalid"
END
echo "guess: HttpClient says why it could not connect, as HttpURLConnection and plain sockets do."
echo "seen:"
sed 's/^/  /' seen
if ! diff expected seen >difference; then
  echo "This has changed (< as written down, > now):"
  cat difference
  exit 1
fi
echo "As written down."
