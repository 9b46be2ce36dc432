#!/usr/bin/env bash
# Guess: a library that writes YAML quotes a text that YAML readers would take for something else.
# Does: Dump quotes what YAML 1.2 alone would misread: the texts no, on, 1_000 and 2024-01-01 are
#   written bare with each of its schemas, and 0755 with its default one. sigs.k8s.io/yaml, the
#   reader of kubectl and Helm, makes false, true, 1000 and 493 of four of them.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo "snakeyaml-engine 3.2, sigs.k8s.io/yaml 1.6.0"
cat >pom.xml <<'POM'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>findings</groupId><artifactId>one</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.snakeyaml</groupId><artifactId>snakeyaml-engine</artifactId><version>3.2</version></dependency>
  </dependencies>
</project>
POM
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DoutputDirectory=lib >maven.log 2>&1 || { cat maven.log >&2; exit 2; }
cat >Finding.java <<'JAVA'
import java.util.List;
import org.snakeyaml.engine.v2.api.*;
import org.snakeyaml.engine.v2.schema.*;

class Finding {
  public static void main(String[] args) {
    for (Schema schema : List.of(new JsonSchema(), new CoreSchema())) {
      Dump dump = new Dump(DumpSettings.builder().setSchema(schema).build());
      System.out.print(
          schema.getClass().getSimpleName()
              + " "
              + dump.dumpToString(
                  List.of("no", "on", "1_000", "12:30:45", "2024-01-01", "0755", "true")));
    }
  }
}
JAVA
mkdir reader
cat >reader/main.go <<'GO'
package main

import (
	"fmt"
	"io"
	"os"

	"sigs.k8s.io/yaml"
)

func main() {
	text, _ := io.ReadAll(os.Stdin)
	json, err := yaml.YAMLToJSON(text)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(json))
}
GO
(cd reader && go mod init finding && go get sigs.k8s.io/yaml@v1.6.0 && go build -o ../kubectls .) >go.log 2>&1 ||
  { tail -5 go.log >&2; exit 2; }
java -cp 'lib/*' Finding.java >seen
head -1 seen | sed 's/.*Schema //' | ./kubectls | sed 's/^/the first is read as /' >>seen
cat >expected <<'END'
JsonSchema [no, on, 1_000, '12:30:45', 2024-01-01, 0755, 'true']
CoreSchema [no, on, 1_000, '12:30:45', 2024-01-01, '0755', 'true']
the first is read as [false,true,1000,"12:30:45","2024-01-01",493,"true"]
END
echo "guess: a library that writes YAML quotes a text that YAML readers would take for something else."
echo "seen:"
sed 's/^/  /' seen
if ! diff expected seen >difference; then
  echo "This has changed (< as written down, > now):"
  cat difference
  exit 1
fi
echo "As written down."
