#!/usr/bin/env bash
# Guess: a policy that is cleared acts on no queue any more; at the latest when the node of a queue
#   that was away comes back.
# Does: the durable queue of a node that was away at the time comes back with the policy that is
#   no more, and keeps it until some policy of its name is set and cleared again.
# Here: docs/worker.md says how to find and free such a queue (its logs are refused for ever), and
#   the soak frees the one that it has made.
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
await_port() { # PORT PID
  for _ in $(seq 900); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
    kill -0 "$2" 2>/dev/null || break
    sleep 0.1
  done
  echo "nothing listens on port $1" >&2
  return 1
}
cd "$work"

rabbitmq=$(dpkg-query -W -f '${Version}' rabbitmq-server)
echo "RabbitMQ $rabbitmq (Debian)"
case $rabbitmq in 3.10.8-*) ;; *) echo "written down for RabbitMQ 3.10.8" >&2; exit 2 ;; esac
echo "[]." >advanced.config
echo '[rabbitmq_management].' >plugins
export HOME=$work ERL_EPMD_PORT ERL_EPMD_ADDRESS=127.0.0.1
ERL_EPMD_PORT=$(free_port)
/usr/lib/erlang/erts-*/bin/epmd -port "$ERL_EPMD_PORT" >/dev/null 2>&1 &
pids+=($!)
(umask 377 && echo TWONODES >.erlang.cookie)
first=first$$@localhost second=second$$@localhost
node() { # NAME AMQP-PORT MANAGEMENT-PORT
  local own=$work/${1%@*}
  mkdir "$own"
  printf '%s\n' "listeners.tcp.1 = 127.0.0.1:$2" "management.tcp.ip = 127.0.0.1" \
    "management.tcp.port = $3" "cluster_formation.peer_discovery_backend = classic_config" \
    "cluster_formation.classic_config.nodes.1 = $first" >"$own/rabbitmq.conf"
  env RABBITMQ_NODENAME="$1" RABBITMQ_DIST_PORT="$(free_port)" RABBITMQ_MNESIA_BASE="$own/mnesia" \
    RABBITMQ_LOG_BASE="$own/log" RABBITMQ_PID_FILE="$own/pid" \
    RABBITMQ_CONFIG_FILE="$own/rabbitmq.conf" RABBITMQ_ADVANCED_CONFIG_FILE="$work/advanced.config" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$work/plugins" RABBITMQ_GENERATED_CONFIG_DIR="$own/generated" \
    $server >"$own.log" 2>&1 &
  pids+=($!)
  await_port "$3" $!
}
control() { /usr/lib/rabbitmq/bin/rabbitmqctl -q -n "$@"; }
api=$(free_port)
node "$first" "$(free_port)" "$api"
node "$second" "$(free_port)" "$(free_port)"
curl -sf -u guest:guest -X PUT "http://127.0.0.1:$api/api/queues/%2F/logs" \
  -d "{\"durable\":true,\"node\":\"$second\"}"

policy() { control "$first" list_queues --no-table-headers name policy | tr '\t' ' '; }
seen=$(
  control "$first" set_policy short '^logs$' '{"max-length":5}' --apply-to queues
  echo "set: $(policy)"
  control "$second" stop_app
  control "$first" clear_policy short
  control "$second" start_app
  echo "cleared while away, and back: $(policy); policies: $(control "$first" list_policies --no-table-headers | grep -c short || true)"
  control "$first" set_policy short '^logs$' '{"max-length":6}' --apply-to queues
  control "$first" clear_policy short
  echo "set and cleared again: $(policy)"
)
echo "$seen"
[ "$seen" = "set: logs short
cleared while away, and back: logs short; policies: 0
set and cleared again: logs " ] || { echo "changed" >&2; exit 1; }
