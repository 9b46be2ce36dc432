#!/usr/bin/env bash
# Guess: consumer_timeout is about consumers: what was fetched by basic.get, or is held after
#   basic.cancel, may stay unacked as long as its channel lives.
# Does: it closes these channels, too, with 406 and the same words, on classic and quorum queues;
#   the message goes back.
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
echo "[{rabbit, [{consumer_timeout, 1000}, {channel_tick_interval, 1000}]}]." >advanced.config
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
import java.util.concurrent.*;

class Finding {
  public static void main(String[] args) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("127.0.0.1");
    factory.setPort(Integer.parseInt(args[0]));
    factory.setAutomaticRecoveryEnabled(false);
    try (Connection connection = factory.newConnection()) {
      for (String type : new String[] {"classic", "quorum"}) {
        Channel side = connection.createChannel();
        side.queueDeclare(type, true, false, false, Map.of("x-queue-type", type));
        side.confirmSelect();
        side.basicPublish("", type, null, "job".getBytes());
        side.waitForConfirmsOrDie(20_000);

        Channel getter = connection.createChannel();
        CompletableFuture<Integer> closed = closed(getter);
        for (int i = 0; getter.basicGet(type, false) == null; i++) {
          if (i == 400) {
            throw new IllegalStateException("what was confirmed did not come within 20 s");
          }
          Thread.sleep(50);
        }
        System.out.println(type + ", fetched by basic.get: " + told(closed));

        Channel former = connection.createChannel();
        closed = closed(former);
        CountDownLatch held = new CountDownLatch(1);
        String tag = former.basicConsume(type, (t, delivery) -> held.countDown(), t -> {});
        if (!held.await(20, TimeUnit.SECONDS)) {
          throw new IllegalStateException("the message did not come back");
        }
        former.basicCancel(tag);
        System.out.println(type + ", held after basic.cancel: " + told(closed));
      }
    }
    System.exit(0);
  }

  private static CompletableFuture<Integer> closed(Channel channel) {
    CompletableFuture<Integer> code = new CompletableFuture<>();
    channel.addShutdownListener(
        cause -> code.complete(((AMQP.Channel.Close) cause.getReason()).getReplyCode()));
    return code;
  }

  private static String told(CompletableFuture<Integer> closed) throws Exception {
    try {
      return "channel closed with " + closed.get(15, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      return "channel still open";
    }
  }
}
JAVA
await_started "${pids[1]}" || { cat server.log >&2; exit 2; }
java -cp 'lib/*' Finding.java "$port" >seen
cat >expected <<'END'
classic, fetched by basic.get: channel closed with 406
classic, held after basic.cancel: channel closed with 406
quorum, fetched by basic.get: channel closed with 406
quorum, held after basic.cancel: channel closed with 406
END
echo "guess: consumer_timeout is about consumers: what was fetched by basic.get, or is held after basic.cancel, may stay unacked as long as its channel lives."
echo "seen:"
sed 's/^/  /' seen
if ! diff expected seen >difference; then
  echo "This has changed (< as written down, > now):"
  cat difference
  exit 1
fi
echo "As written down."
