#!/usr/bin/env bash
# Guess: a queue with x-max-length 2 and x-overflow reject-publish acknowledges two messages and
#   refuses the third, a quorum queue as a classic one; with 0 it refuses each.
# Does: a quorum queue acknowledges and keeps one more than its limit, even if each publish waits
#   for its confirm; with x-max-length 0 it keeps one.
set -euo pipefail
server=/usr/lib/rabbitmq/bin/rabbitmq-server
[ -x $server ] || { echo "needs Debian's rabbitmq-server" >&2; exit 2; }
work=$(mktemp -d) pids=()
finish() {
  local i
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    kill "${pids[i]}" 2>/dev/null || continue
    for _ in $(seq 200); do
      kill -0 "${pids[i]}" 2>/dev/null || break
      sleep 0.1
    done
  done
  rm -rf "$work"
}
trap finish EXIT
free_port() {
  local port
  while port=$((10000 + RANDOM % 20000)); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo $port; return; }
  done
}
await_started() { # PID
  for _ in $(seq 1200); do
    grep -qs 'Server startup complete' "$work"/log/*.log && return
    kill -0 "$1" 2>/dev/null || break
    sleep 0.1
  done
  echo "RabbitMQ has not started" >&2
  return 1
}
cd "$work"

rabbitmq=$(dpkg-query -W -f '${Version}' rabbitmq-server)
echo "RabbitMQ $rabbitmq (Debian), amqp-client 5.37.0"
case $rabbitmq in 3.10.8-*) ;; *) echo "written down for RabbitMQ 3.10.8" >&2; exit 2 ;; esac
port=$(free_port)
echo "listeners.tcp.1 = 127.0.0.1:$port" >rabbitmq.conf
echo "[]." >advanced.config
echo '[].' >plugins
export ERL_EPMD_PORT ERL_EPMD_ADDRESS=127.0.0.1
ERL_EPMD_PORT=$(free_port)
/usr/lib/erlang/erts-*/bin/epmd -port "$ERL_EPMD_PORT" >/dev/null 2>&1 &
pids+=($!)
env HOME="$work" RABBITMQ_NODENAME="finding$$@localhost" RABBITMQ_DIST_PORT="$(free_port)" \
  RABBITMQ_MNESIA_BASE="$work/mnesia" RABBITMQ_LOG_BASE="$work/log" RABBITMQ_PID_FILE="$work/pid" \
  RABBITMQ_CONFIG_FILE="$work/rabbitmq.conf" RABBITMQ_ADVANCED_CONFIG_FILE="$work/advanced.config" \
  RABBITMQ_ENABLED_PLUGINS_FILE="$work/plugins" RABBITMQ_GENERATED_CONFIG_DIR="$work/generated" \
  $server >server.log 2>&1 &
pids+=($!)

cat >pom.xml <<'POM'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>findings</groupId><artifactId>one</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>com.rabbitmq</groupId><artifactId>amqp-client</artifactId><version>5.37.0</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
POM
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DoutputDirectory=lib >maven.log 2>&1 || { cat maven.log >&2; exit 2; }
cat >Finding.java <<'JAVA'
import com.rabbitmq.client.*;
import java.util.Map;

class Finding {
  public static void main(String[] args) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("127.0.0.1");
    factory.setPort(Integer.parseInt(args[0]));
    try (Connection connection = factory.newConnection()) {
      for (String type : new String[] {"classic", "quorum"}) {
        for (int limit : new int[] {2, 0}) {
          Channel channel = connection.createChannel();
          String queue = type + limit;
          channel.queueDeclare(
              queue,
              true,
              false,
              false,
              Map.of(
                  "x-queue-type", type, "x-max-length", limit, "x-overflow", "reject-publish"));
          channel.confirmSelect();
          StringBuilder answers = new StringBuilder();
          for (int i = 0; i < 5; i++) {
            channel.basicPublish("", queue, null, "log".getBytes());
            answers.append(channel.waitForConfirms(20_000) ? " ack" : " nack");
          }
          int kept = 0;
          while (channel.basicGet(queue, true) != null) {
            kept++;
          }
          System.out.println(type + ", limit " + limit + ":" + answers + "; kept " + kept);
        }
      }
    }
    System.exit(0);
  }
}
JAVA
await_started "${pids[1]}" || { cat server.log >&2; exit 2; }
java -cp 'lib/*' Finding.java "$port" >seen
cat >expected <<'END'
classic, limit 2: ack ack nack nack nack; kept 2
classic, limit 0: nack nack nack nack nack; kept 0
quorum, limit 2: ack ack ack nack nack; kept 3
quorum, limit 0: ack nack nack nack nack; kept 1
END
echo "guess: a queue with x-max-length 2 and x-overflow reject-publish acknowledges two messages and refuses the third, a quorum queue as a classic one; with 0 it refuses each."
echo "seen:"
sed 's/^/  /' seen
if ! diff expected seen >difference; then
  echo "This has changed (< as written down, > now):"
  cat difference
  exit 1
fi
echo "As written down."
