#!/usr/bin/env bash
# Guess: JsonObject.getInteger of a number that is no int, or no whole number, throws, as it does
#   for a text.
# Does: it cuts the number without a word: 4294967297 is 1, 3.9 is 3, 1e40 is 2147483647; getLong
#   alike. JsonObject.getValue tells the type that was sent.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo "vertx-core 4.5.27"
cat >pom.xml <<'POM'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>findings</groupId><artifactId>one</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.vertx</groupId><artifactId>vertx-core</artifactId><version>4.5.27</version></dependency>
  </dependencies>
</project>
POM
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DoutputDirectory=lib >maven.log 2>&1 || { cat maven.log >&2; exit 2; }
cat >Finding.java <<'JAVA'
import io.vertx.core.json.JsonObject;

class Finding {
  public static void main(String[] args) {
    for (String number : new String[] {"4294967297", "3.9", "-0.9", "1e40", "18446744073709551617", "\"7\""}) {
      JsonObject object = new JsonObject("{\"n\": " + number + "}");
      System.out.printf(
          "%s: getInteger %s, getLong %s, getValue %s%n",
          number,
          attempt(() -> object.getInteger("n")),
          attempt(() -> object.getLong("n")),
          object.getValue("n").getClass().getSimpleName());
    }
  }

  private static Object attempt(java.util.function.Supplier<Object> read) {
    try {
      return read.get();
    } catch (ClassCastException e) {
      return "ClassCastException";
    }
  }
}
JAVA
java -cp 'lib/*' Finding.java >seen
cat >expected <<'END'
4294967297: getInteger 1, getLong 4294967297, getValue Long
3.9: getInteger 3, getLong 3, getValue Double
-0.9: getInteger 0, getLong 0, getValue Double
1e40: getInteger 2147483647, getLong 9223372036854775807, getValue Double
18446744073709551617: getInteger 1, getLong 1, getValue BigInteger
"7": getInteger ClassCastException, getLong ClassCastException, getValue String
END
echo "guess: JsonObject.getInteger of a number that is no int, or no whole number, throws, as it does for a text."
echo "seen:"
sed 's/^/  /' seen
if ! diff expected seen >difference; then
  echo "This has changed (< as written down, > now):"
  cat difference
  exit 1
fi
echo "As written down."
