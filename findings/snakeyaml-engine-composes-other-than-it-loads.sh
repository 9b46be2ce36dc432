#!/usr/bin/env bash
# Guess: Compose gives the nodes of what Load would load, as they stand in the text: a repeated key
#   is refused unless it is allowed, and a key << is a key like any other, since YAML 1.2 knows no
#   merge keys.
# Does: Compose takes a repeated key without a word where Load refuses it. With the CoreSchema (YAML
#   1.2) both carry out merge keys: the node << is gone and its entries stand behind the map's own,
#   with the marks of the place they came from. With the JsonSchema << stays a key.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo "snakeyaml-engine 3.2"
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
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.*;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.*;
import org.snakeyaml.engine.v2.schema.*;

class Finding {
  private static final String MERGE = "base: &b {image: x, size: 1}\nmine:\n  <<: *b\n  size: 2\n";

  public static void main(String[] args) {
    for (Schema schema : List.of(new JsonSchema(), new CoreSchema())) {
      String name = schema.getClass().getSimpleName();
      LoadSettings settings =
          LoadSettings.builder().setSchema(schema).setAllowDuplicateKeys(false).build();
      System.out.println(name + ": a repeated key is loaded: " + load(settings, "a: 1\na: 2"));
      System.out.println(name + ": and composed: " + keys(compose(settings, "a: 1\na: 2")));
      MappingNode root = compose(settings, MERGE);
      MappingNode mine = (MappingNode) root.getValue().get(1).getValueNode();
      System.out.println(name + ": a merge key is composed: " + keys(mine));
    }
  }

  private static MappingNode compose(LoadSettings settings, String text) {
    return (MappingNode) new Compose(settings).composeString(text).orElseThrow();
  }

  private static String load(LoadSettings settings, String text) {
    try {
      return "" + new Load(settings).loadFromString(text);
    } catch (YamlEngineException e) {
      return "refused";
    }
  }

  private static String keys(MappingNode map) {
    return map.getValue().stream()
        .map(entry -> (ScalarNode) entry.getKeyNode())
        .map(key -> key.getValue() + " of line " + (key.getStartMark().get().getLine() + 1))
        .collect(Collectors.joining(", "));
  }
}
JAVA
java -cp 'lib/*' Finding.java >seen
cat >expected <<'END'
JsonSchema: a repeated key is loaded: refused
JsonSchema: and composed: a of line 1, a of line 2
JsonSchema: a merge key is composed: << of line 3, size of line 4
CoreSchema: a repeated key is loaded: refused
CoreSchema: and composed: a of line 1, a of line 2
CoreSchema: a merge key is composed: size of line 4, image of line 1
END
echo "guess: Compose gives the nodes of what Load would load, as they stand in the text: a repeated key is refused unless it is allowed, and a key << is a key like any other, since YAML 1.2 knows no merge keys."
echo "seen:"
sed 's/^/  /' seen
if ! diff expected seen >difference; then
  echo "This has changed (< as written down, > now):"
  cat difference
  exit 1
fi
echo "As written down."
