#!/usr/bin/env bash
# Guess: a quorum queue's delivery limit counts deliveries that a crash ended; a consumer that gives
#   a message back on purpose may do so as often as it likes.
# Does: basic.nack and basic.reject with requeue, basic.recover and a closed channel count alike:
#   with x-delivery-limit 2 a message is handed out three times and is then gone, without a
#   dead-letter exchange for good.
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
      for (String way : new String[] {"nack", "reject", "recover", "close"}) {
        Channel channel = connection.createChannel();
        channel.queueDeclare(
            way, true, false, false, Map.of("x-queue-type", "quorum", "x-delivery-limit", 2));
        channel.confirmSelect();
        channel.basicPublish("", way, null, "job".getBytes());
        channel.waitForConfirmsOrDie(20_000);
        StringBuilder counts = new StringBuilder();
        for (GetResponse got; (got = get(channel, way)) != null; ) {
          counts.append(' ').append(got.getProps().getHeaders().get("x-delivery-count"));
          long tag = got.getEnvelope().getDeliveryTag();
          switch (way) {
            case "nack" -> channel.basicNack(tag, false, true);
            case "reject" -> channel.basicReject(tag, true);
            case "recover" -> channel.basicRecover(true);
            default -> {
              channel.close();
              channel = connection.createChannel();
            }
          }
        }
        System.out.println(way + ": handed out with x-delivery-count" + counts + ", then gone");
      }
    }
    System.exit(0);
  }

  /** What was given back takes a moment to come again. */
  private static GetResponse get(Channel channel, String queue) throws Exception {
    for (int i = 0; i < 30; i++) {
      GetResponse got = channel.basicGet(queue, false);
      if (got != null) {
        return got;
      }
      Thread.sleep(100);
    }
    return null;
  }
}
JAVA
await_started "${pids[1]}" || { cat server.log >&2; exit 2; }
java -cp 'lib/*' Finding.java "$port" >seen
cat >expected <<'END'
nack: handed out with x-delivery-count 0 1 2, then gone
reject: handed out with x-delivery-count 0 1 2, then gone
recover: handed out with x-delivery-count 0 1 2, then gone
close: handed out with x-delivery-count 0 1 2, then gone
END
echo "guess: a quorum queue's delivery limit counts deliveries that a crash ended; a consumer that gives a message back on purpose may do so as often as it likes."
echo "seen:"
sed 's/^/  /' seen
if ! diff expected seen >difference; then
  echo "This has changed (< as written down, > now):"
  cat difference
  exit 1
fi
echo "As written down."
