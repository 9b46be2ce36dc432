#!/usr/bin/env bash
# Guess: in transaction mode a session's advisory lock may get lost between transactions; but while
#   it is held nobody else gets it.
# Does: pg_try_advisory_lock is true for two clients at once, again and again, as PgBouncer gives
#   both the same idle server connection: each is told that it alone has the lock. When both have
#   gone it stays held; the next client gets it, too, and one that is given another server
#   connection does not. Whoever gives it up may give up another's.
set -euo pipefail
for need in /usr/lib/postgresql/15/bin/postgres /usr/bin/setpriv; do
  [ -x $need ] || { echo "needs $need (Debian 12: postgresql-15, util-linux)" >&2; exit 2; }
done
[ "$(id -u)" = 0 ] || { echo "needs root, to become the user postgres" >&2; exit 2; }
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

# PgBouncer is not installed: its package, and the library it needs, are taken apart here.
apt-get download pgbouncer libc-ares2 >apt.log 2>&1 ||
  { apt-get update >>apt.log 2>&1 && apt-get download pgbouncer libc-ares2 >>apt.log 2>&1; } ||
  { tail -3 apt.log >&2; exit 2; }
for package in ./*.deb; do dpkg -x "$package" unpacked; done
export LD_LIBRARY_PATH="$work/unpacked/usr/lib/x86_64-linux-gnu"
pgbouncer=$work/unpacked/usr/sbin/pgbouncer bin=/usr/lib/postgresql/15/bin
echo "$($bin/postgres --version), $($pgbouncer --version | head -1), pgJDBC 42.7.7"
case "$($bin/postgres --version) $($pgbouncer --version | head -1)" in
  *" 15."*" 1.18."*) ;;
  *) echo "written down for PostgreSQL 15 and PgBouncer 1.18" >&2; exit 2 ;;
esac
database=$(free_port) port=$(free_port)
chmod 755 .
mkdir database
chown postgres database
postgres=(setpriv --reuid=postgres --regid=postgres --clear-groups --)
"${postgres[@]}" $bin/initdb -D database/data -U postgres -A trust --no-sync >initdb.log 2>&1
"${postgres[@]}" $bin/postgres -D database/data -p "$database" -h 127.0.0.1 -k "$work/database" \
  >postgres.log 2>&1 &
pids+=($!)
await_port "$database" $!
cat >pgbouncer.ini <<INI
[databases]
postgres = host=127.0.0.1 port=$database dbname=postgres user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $port
unix_socket_dir =
auth_type = any
pool_mode = transaction
ignore_startup_parameters = extra_float_digits
INI
"${postgres[@]}" $pgbouncer pgbouncer.ini >pgbouncer.log 2>&1 &
pids+=($!)
await_port "$port" $!
cat >pom.xml <<'POM'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>findings</groupId><artifactId>one</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId><version>42.7.7</version></dependency>
  </dependencies>
</project>
POM
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DoutputDirectory=lib >maven.log 2>&1 || { cat maven.log >&2; exit 2; }
cat >Finding.java <<'JAVA'
import java.sql.*;

class Finding {
  public static void main(String[] args) throws Exception {
    String pooler = "jdbc:postgresql://127.0.0.1:" + args[0] + "/postgres";
    String direct = "jdbc:postgresql://127.0.0.1:" + args[1] + "/postgres";
    try (Connection looking = connect(direct)) {
      Connection one = connect(pooler);
      Connection two = connect(pooler);
      System.out.println("one asks for the lock: " + ask(one, "pg_try_advisory_lock(7)"));
      System.out.println("two asks for the lock: " + ask(two, "pg_try_advisory_lock(7)"));
      one.close();
      two.close();
      System.out.println("both have gone, locks held: " + held(looking));
      Connection three = connect(pooler);
      three.setAutoCommit(false);
      Connection four = connect(pooler);
      System.out.println("three asks for the lock: " + ask(three, "pg_try_advisory_lock(7)"));
      System.out.println("four, while three is in a transaction: " + ask(four, "pg_try_advisory_lock(7)"));
      three.rollback();
      System.out.println("four, afterwards, gives it up: " + ask(four, "pg_advisory_unlock(7)"));
      three.close();
      four.close();
      System.out.println("all have gone, locks held: " + held(looking));
    }
  }

  private static Connection connect(String url) throws SQLException {
    return DriverManager.getConnection(url, "postgres", "");
  }

  private static Object held(Connection connection) throws SQLException {
    return ask(connection, "count(*) FROM pg_locks WHERE locktype = 'advisory'");
  }

  private static Object ask(Connection connection, String what) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT " + what)) {
      result.next();
      return result.getObject(1);
    }
  }
}
JAVA
java -cp 'lib/*' Finding.java "$port" "$database" >seen
cat >expected <<'END'
one asks for the lock: true
two asks for the lock: true
both have gone, locks held: 1
three asks for the lock: true
four, while three is in a transaction: false
four, afterwards, gives it up: true
all have gone, locks held: 1
END
echo "guess: in transaction mode a session's advisory lock may get lost between transactions; but while it is held nobody else gets it."
echo "seen:"
sed 's/^/  /' seen
if ! diff expected seen >difference; then
  echo "This has changed (< as written down, > now):"
  cat difference
  exit 1
fi
echo "As written down."
