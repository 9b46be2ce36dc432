#!/usr/bin/env bash
# Guess: a channel that the broker closed (406) is closed for good, and its consumer gone: automatic
#   recovery is for what a lost connection took with it.
# Does: the next recovery of the connection, hours later maybe, opens that channel and its consumer
#   again; deliveries go to a consumer that the program has written off. Only another channel with
#   the same number in between prevents it.
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
import java.net.Socket;
import java.util.List;
import java.util.concurrent.*;

class Finding {
  public static void main(String[] args) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("127.0.0.1");
    factory.setPort(Integer.parseInt(args[0]));
    factory.setNetworkRecoveryInterval(200);
    Channel watcher = factory.newConnection().createChannel();
    watcher.queueDeclare("jobs", true, false, false, null);

    List<Socket> sockets = new CopyOnWriteArrayList<>();
    factory.setSocketConfigurator(sockets::add);
    Connection connection = factory.newConnection();
    Channel channel = connection.createChannel();
    channel.basicConsume("jobs", false, (tag, delivery) -> {}, tag -> {});
    tell("at first", channel, watcher, 1);

    CountDownLatch closed = new CountDownLatch(1);
    channel.addShutdownListener(cause -> closed.countDown());
    channel.basicAck(99, false); // of a delivery that was never made
    closed.await(20, TimeUnit.SECONDS);
    tell("after the broker closed it with 406", channel, watcher, 0);

    CountDownLatch recovered = new CountDownLatch(1);
    ((Recoverable) connection)
        .addRecoveryListener(
            new RecoveryListener() {
              @Override
              public void handleRecovery(Recoverable recoverable) {
                recovered.countDown();
              }

              @Override
              public void handleRecoveryStarted(Recoverable recoverable) {}
            });
    sockets.get(sockets.size() - 1).close();
    recovered.await(30, TimeUnit.SECONDS);
    tell("after the connection was lost and recovered", channel, watcher, 1);
    System.exit(0);
  }

  private static void tell(String when, Channel channel, Channel watcher, long awaited)
      throws Exception {
    for (int i = 0; i < 50 && watcher.consumerCount("jobs") != awaited; i++) {
      Thread.sleep(100);
    }
    System.out.printf(
        "%s: channel open %s, consumers %d%n",
        when, channel.isOpen(), watcher.consumerCount("jobs"));
  }
}
JAVA
await_started "${pids[1]}" || { cat server.log >&2; exit 2; }
java -cp 'lib/*' Finding.java "$port" >seen
cat >expected <<'END'
at first: channel open true, consumers 1
after the broker closed it with 406: channel open false, consumers 0
after the connection was lost and recovered: channel open true, consumers 1
END
echo "guess: a channel that the broker closed (406) is closed for good, and its consumer gone: automatic recovery is for what a lost connection took with it."
echo "seen:"
sed 's/^/  /' seen
if ! diff expected seen >difference; then
  echo "This has changed (< as written down, > now):"
  cat difference
  exit 1
fi
echo "As written down."
