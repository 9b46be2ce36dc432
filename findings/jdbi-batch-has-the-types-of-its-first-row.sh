#!/usr/bin/env bash
# Guess: a row of a PreparedBatch is bound as an Update with the same values would be: each value by
#   its own type.
# Does: the first row that has a value settles how that parameter is bound in all rows: an int in
#   one row and a long in the next is a ClassCastException, though the column is a bigint and either
#   is fine in an Update; so is a text after a number, which an Update leaves to the database to
#   read.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo "jdbi3-core 3.55.0, H2 2.5.252"
cat >pom.xml <<'POM'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>findings</groupId><artifactId>one</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.jdbi</groupId><artifactId>jdbi3-core</artifactId><version>3.55.0</version></dependency>
    <dependency><groupId>com.h2database</groupId><artifactId>h2</artifactId><version>2.5.252</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
POM
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DoutputDirectory=lib >maven.log 2>&1 || { cat maven.log >&2; exit 2; }
cat >Finding.java <<'JAVA'
import java.util.List;
import org.jdbi.v3.core.*;
import org.jdbi.v3.core.statement.PreparedBatch;

class Finding {
  private static final String INSERT = "INSERT INTO t (n) VALUES (:n)";

  public static void main(String[] args) {
    Jdbi jdbi = Jdbi.create("jdbc:h2:mem:one;DB_CLOSE_DELAY=-1");
    jdbi.useHandle(handle -> handle.execute("CREATE TABLE t (n BIGINT)"));
    Object[][] cases = {{1, 2L}, {1L, 2}, {null, 2L}, {1, null, 2L}, {1L, "2"}};
    for (Object[] values : cases) {
      System.out.printf(
          "%s: one by one %s, as a batch %s%n",
          describe(values),
          attempt(
              jdbi,
              handle -> {
                for (Object value : values) {
                  handle.createUpdate(INSERT).bind("n", value).execute();
                }
              }),
          attempt(
              jdbi,
              handle -> {
                PreparedBatch batch = handle.prepareBatch(INSERT);
                for (Object value : values) {
                  batch.bind("n", value).add();
                }
                batch.execute();
              }));
    }
  }

  private static String describe(Object[] values) {
    StringBuilder text = new StringBuilder();
    for (Object value : values) {
      text.append(text.length() == 0 ? "" : ", ");
      text.append(value == null ? "null" : value.getClass().getSimpleName());
    }
    return text.toString();
  }

  private static String attempt(Jdbi jdbi, HandleConsumer<RuntimeException> work) {
    try {
      jdbi.useTransaction(work);
      return "works";
    } catch (RuntimeException e) {
      return e.getClass().getSimpleName();
    }
  }
}
JAVA
java -cp 'lib/*' Finding.java >seen
cat >expected <<'END'
Integer, Long: one by one works, as a batch ClassCastException
Long, Integer: one by one works, as a batch ClassCastException
null, Long: one by one works, as a batch works
Integer, null, Long: one by one works, as a batch ClassCastException
Long, String: one by one works, as a batch ClassCastException
END
echo "guess: a row of a PreparedBatch is bound as an Update with the same values would be: each value by its own type."
echo "seen:"
sed 's/^/  /' seen
if ! diff expected seen >difference; then
  echo "This has changed (< as written down, > now):"
  cat difference
  exit 1
fi
echo "As written down."
