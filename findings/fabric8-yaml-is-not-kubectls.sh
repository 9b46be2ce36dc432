#!/usr/bin/env bash
# Guess: the client reads a manifest as kubectl does, and what kubectl refuses it refuses: 'no' and
#   'off' are false, 0755 is 493 everywhere, and the number 1.10 as a value of a ConfigMap is an
#   error, as the API makes it.
# Does: 'no' and 'off' are texts; 0755 is the text "0755" in a custom resource and 493 in a typed
#   field, where 0x1ED is an error; a ConfigMap takes 1.10 as "1.1", 1e3 as "1000.0" and .inf as
#   "Infinity".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo "kubernetes-client-api 7.5.2, sigs.k8s.io/yaml 1.6.0"
cat >pom.xml <<'POM'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>findings</groupId><artifactId>one</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.fabric8</groupId><artifactId>kubernetes-client-api</artifactId><version>7.5.2</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
POM
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DoutputDirectory=lib >maven.log 2>&1 || { cat maven.log >&2; exit 2; }
cat >Finding.java <<'JAVA'
import io.fabric8.kubernetes.api.model.*;
import io.fabric8.kubernetes.client.utils.Serialization;

class Finding {
  public static void main(String[] args) {
    for (String value : new String[] {"no", "off", "0755", "0o755", "1.10", "1e3", ".inf"}) {
      System.out.printf(
          "%s: custom resource %s, ConfigMap %s, defaultMode %s%n",
          value, custom(value), config(value), mode(value));
    }
  }

  private static String custom(String value) {
    GenericKubernetesResource read =
        Serialization.unmarshal(
            "apiVersion: a/v1\nkind: K\nspec: " + value, GenericKubernetesResource.class);
    return Serialization.asJson(read.getAdditionalProperties().get("spec"));
  }

  private static String config(String value) {
    ConfigMap read =
        Serialization.unmarshal(
            "apiVersion: v1\nkind: ConfigMap\ndata:\n  key: " + value, ConfigMap.class);
    return Serialization.asJson(read.getData().get("key"));
  }

  private static String mode(String value) {
    try {
      return ""
          + Serialization.unmarshal(
                  "name: v\nsecret:\n  defaultMode: " + value, Volume.class)
              .getSecret()
              .getDefaultMode();
    } catch (RuntimeException e) {
      return "refused";
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
printf '%s\n' 'a: no' 'b: off' 'c: 0755' 'd: 0o755' 'e: 1.10' 'f: 1e3' | ./kubectls | sed "s/^/kubectl's reader: /" >>seen
cat >expected <<'END'
no: custom resource "no", ConfigMap "no", defaultMode refused
off: custom resource "off", ConfigMap "off", defaultMode refused
0755: custom resource "0755", ConfigMap "0755", defaultMode 493
0o755: custom resource "0o755", ConfigMap "0o755", defaultMode 493
1.10: custom resource 1.1, ConfigMap "1.1", defaultMode refused
1e3: custom resource 1000.0, ConfigMap "1000.0", defaultMode refused
.inf: custom resource "Infinity", ConfigMap "Infinity", defaultMode refused
kubectl's reader: {"a":false,"b":false,"c":493,"d":493,"e":1.1,"f":1000}
END
echo "guess: the client reads a manifest as kubectl does, and what kubectl refuses it refuses: 'no' and 'off' are false, 0755 is 493 everywhere, and the number 1.10 as a value of a ConfigMap is an error, as the API makes it."
echo "seen:"
sed 's/^/  /' seen
if ! diff expected seen >difference; then
  echo "This has changed (< as written down, > now):"
  cat difference
  exit 1
fi
echo "As written down."
