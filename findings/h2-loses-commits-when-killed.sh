#!/usr/bin/env bash
# Guess: with WRITE_DELAY=0 what is committed is in the file, so a process that is killed loses
#   nothing that it has committed.
# Does: 2.5.252 loses the last commits of some killed processes, once it uses space in its file
#   again (after 45 s by default; RETENTION_TIME makes it sooner here). The file opens without an
#   error, as it was a moment before. 2.4.240 loses none.
set -euo pipefail
work=$(mktemp -d) pids=()
finish() {
  for pid in "${pids[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT
cd "$work"
echo "H2 2.5.252 and 2.4.240"
for version in 2.5.252 2.4.240; do
  mkdir $version
  cat >$version/pom.xml <<POM
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>findings</groupId><artifactId>one</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>com.h2database</groupId><artifactId>h2</artifactId><version>$version</version></dependency>
  </dependencies>
</project>
POM
  (cd $version && mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DoutputDirectory=lib >maven.log 2>&1) || { cat $version/maven.log >&2; exit 2; }
done
cat >Finding.java <<'JAVA'
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.sql.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.AtomicLong;

class Finding {
  public static void main(String[] args) throws Exception {
    String url = "jdbc:h2:file:" + Path.of(args[1]).toAbsolutePath() + ";WRITE_DELAY=0;RETENTION_TIME=300";
    if (args[0].equals("count")) {
      count(url, Path.of(args[2]));
      return;
    }
    try (Connection connection = DriverManager.getConnection(url)) {
      connection.createStatement().execute("CREATE TABLE t (id BIGINT PRIMARY KEY, v VARCHAR)");
    }
    FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    Object one = new Object();
    ScheduledExecutorService writers = Executors.newScheduledThreadPool(3);
    for (int i = 0; i < 3; i++) {
      AtomicLong next = new AtomicLong(i * 1_000_000L);
      Connection connection = DriverManager.getConnection(url);
      connection.setAutoCommit(false);
      Callable<Void> write =
          () -> {
            long id = next.getAndIncrement();
            synchronized (one) {
              run(connection, "INSERT INTO t VALUES (" + id + ", '" + "x".repeat(300) + "')");
            }
            out.write((id + "\n").getBytes(StandardCharsets.UTF_8));
            synchronized (one) {
              run(connection, "UPDATE t SET v = 'y' WHERE id = " + id);
            }
            return null;
          };
      writers.scheduleWithFixedDelay(() -> must(write), 0, 20 + 10 * i, TimeUnit.MILLISECONDS);
    }
  }

  private static void must(Callable<Void> write) {
    try {
      write.call();
    } catch (Exception e) {
      System.err.println("a write failed, so nothing is shown: " + e);
      Runtime.getRuntime().halt(2);
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
    connection.commit();
  }

  private static void count(String url, Path printed) throws Exception {
    List<String> committed = new ArrayList<>(Files.readAllLines(printed));
    int all = committed.size();
    try (Connection connection = DriverManager.getConnection(url);
        ResultSet rows = connection.createStatement().executeQuery("SELECT id FROM t")) {
      while (rows.next()) {
        committed.remove(rows.getString(1));
      }
    }
    System.err.println("committed " + all + ", gone " + committed.size());
    System.out.println(committed.size());
  }
}
JAVA
await_lines() { # COUNT FILE
  for _ in $(seq 1200); do
    [ "$(wc -l <"$2")" -lt "$1" ] || return 0
    sleep 0.1
  done
  echo "this machine is too slow to show it: $(wc -l <"$2") commits in two minutes" >&2
  kill -9 "${pids[@]}"
  exit 2
}
losses() { # VERSION: processes, of eight, that lost a commit
  local version=$1 lost=0 i
  javac -d "$version/classes" Finding.java
  for round in 1 2; do
    pids=()
    for i in 1 2 3 4; do
      java -XX:+UseSerialGC -Xmx64m -cp "$version/lib/*:$version/classes" Finding write \
        "$version/$round$i" >"$version/$round$i.txt" &
      pids+=($!)
    done
    for i in 1 2 3 4; do await_lines 700 "$version/$round$i.txt"; done
    for i in 1 2 3 4; do
      kill -9 "${pids[i - 1]}"
      wait "${pids[i - 1]}" 2>/dev/null || true
      [ "$(java -cp "$version/lib/*:$version/classes" Finding count \
        "$version/$round$i" "$version/$round$i.txt")" = 0 ] || lost=$((lost + 1))
    done
    pids=()
  done
  echo $lost
}
new=$(losses 2.5.252)
old=$(losses 2.4.240)
echo "2.5.252: $new of 8 killed processes have lost commits; 2.4.240: $old of 8"
[ "$new" -gt 0 ] && [ "$old" = 0 ] || { echo "CHANGED" >&2; exit 1; }
