#!/usr/bin/env bash
# Guess: threads of the JDK's HttpClient are daemons, so a JVM that calls System.exit ends as soon
#   with a client that has got its answers as without one.
# Does: it ends 0.3 s later. The client's selector waits in native code, and a JVM that exits waits
#   for threads there, 30 times 10 ms at most. JDK 17 has no way to close a client.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
java=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.version = //p')
echo "java.net.http of JDK $java"
case $java in 17.*) ;; *) echo "written down for JDK 17" >&2; exit 2 ;; esac
python3 -u -m http.server --bind 127.0.0.1 0 >server 2>&1 &
server=$!
trap 'kill $server; rm -rf "$work"' EXIT
for _ in $(seq 100); do grep -q ' port ' server && break || sleep 0.1; done
port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' server | head -n 1)
[ -n "$port" ] || { cat server >&2; exit 2; }
cat >Finding.java <<'JAVA'
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** Asks once, by one client or the other, does something else for a tenth of a second, and exits. */
class Finding {
  public static void main(String[] args) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + args[1] + "/");
    if (args[0].equals("HttpClient")) {
      HttpRequest request = HttpRequest.newBuilder(uri).build();
      HttpClient.newHttpClient().send(request, BodyHandlers.discarding());
    } else {
      uri.toURL().openStream().close();
    }
    Thread.sleep(100);
    System.out.println(System.currentTimeMillis());
    System.exit(0);
  }
}
JAVA
javac Finding.java
exit_time() { # CLIENT: milliseconds from System.exit to the end of the process, the median of seven
  for _ in 1 2 3 4 5 6 7; do
    called=$(java -XX:+UseSerialGC Finding "$1" "$port")
    echo $(($(date +%s%3N) - called))
  done | sort -n | sed -n 4p
}
with=$(exit_time HttpClient)
without=$(exit_time HttpURLConnection)
echo "guess: a JVM exits as soon with an HttpClient as without one."
echo "seen, from System.exit to the process's end: ${with} ms with HttpClient, ${without} ms with HttpURLConnection"
difference=$((with - without))
if [ "$difference" -lt 200 ] || [ "$difference" -gt 600 ]; then
  echo "This has changed: 200 to 600 ms more were written down."
  exit 1
fi
echo "As written down."
