#!/usr/bin/env bash
# Guess: a return listener runs on a thread for callbacks, as a consumer does, and may close its
#   channel.
# Does: it runs on the one thread that reads the connection: the call waits for an answer that
#   nobody reads, as long as the RPC time-out (10 minutes by default), and no other channel of the
#   connection gets anything meanwhile. So does a call in a confirm listener. In a consumer the same
#   call works.
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
import java.util.concurrent.*;

class Finding {
  public static void main(String[] args) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("127.0.0.1");
    factory.setPort(Integer.parseInt(args[0]));
    factory.setAutomaticRecoveryEnabled(false);
    System.out.println("RPC time-out by default: " + factory.getChannelRpcTimeout() / 60_000 + " min");
    factory.setChannelRpcTimeout(4_000);

    Channel consuming = factory.newConnection().createChannel();
    CompletableFuture<String> result = new CompletableFuture<>();
    consuming.queueDeclare("mine", false, false, false, null);
    consuming.basicConsume("mine", true, (t, m) -> attempt(result, consuming::close), t -> {});
    consuming.basicPublish("", "mine", null, "x".getBytes());
    System.out.println("close in a consumer: " + result.get(60, TimeUnit.SECONDS));

    Channel returning = factory.newConnection().createChannel();
    Channel bystander = returning.getConnection().createChannel();
    Channel elsewhere = factory.newConnection().createChannel();
    CompletableFuture<String> closed = new CompletableFuture<>();
    CompletableFuture<Boolean> arrivedAfterwards = new CompletableFuture<>();
    CountDownLatch begun = new CountDownLatch(1);
    bystander.queueDeclare("others", false, false, false, null);
    bystander.basicConsume(
        "others", true, (t, m) -> arrivedAfterwards.complete(closed.isDone()), t -> {});
    returning.addReturnListener(
        back -> {
          begun.countDown();
          attempt(closed, returning::close);
        });
    returning.basicPublish("", "nowhere", true, null, "x".getBytes());
    begun.await();
    elsewhere.basicPublish("", "others", null, "x".getBytes());
    System.out.println("close in a return listener: " + closed.get(60, TimeUnit.SECONDS));
    System.out.println(
        "what another channel of that connection was sent came after that: "
            + arrivedAfterwards.get(60, TimeUnit.SECONDS));

    Channel confirming = factory.newConnection().createChannel();
    CompletableFuture<String> declared = new CompletableFuture<>();
    confirming.confirmSelect();
    confirming.addConfirmListener(
        (tag, all) -> attempt(declared, () -> confirming.queueDeclarePassive("others")),
        (tag, all) -> {});
    confirming.basicPublish("", "others", null, "x".getBytes());
    System.out.println("declare in a confirm listener: " + declared.get(60, TimeUnit.SECONDS));
    System.exit(0);
  }

  private interface Call {
    void run() throws Exception;
  }

  private static void attempt(CompletableFuture<String> result, Call call) {
    try {
      call.run();
      result.complete("done");
    } catch (Exception e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      result.complete(cause.getClass().getSimpleName());
    }
  }
}
JAVA
await_started "${pids[1]}" || { cat server.log >&2; exit 2; }
java -cp 'lib/*' Finding.java "$port" >seen
cat >expected <<'END'
RPC time-out by default: 10 min
close in a consumer: done
close in a return listener: TimeoutException
what another channel of that connection was sent came after that: true
declare in a confirm listener: TimeoutException
END
echo "guess: a return listener runs on a thread for callbacks, as a consumer does, and may close its channel."
echo "seen:"
sed 's/^/  /' seen
if ! diff expected seen >difference; then
  echo "This has changed (< as written down, > now):"
  cat difference
  exit 1
fi
echo "As written down."
