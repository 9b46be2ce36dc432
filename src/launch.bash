# Sourced by the programs that are started from the sources: builds what is missing or stale.
#   launch NAME MODULE    leaves target/MODULE's jar as new as the sources; sets java_command
# NAME is what messages begin with; MODULE is the module's folder below the project's root.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }

launch() {
  local name=$1 module=$2
  local jar=$top/$module/target/${module##*/}.jar

  java_command=${JAVA_HOME:+$JAVA_HOME/bin/}java
  command -v "$java_command" >/dev/null ||
    refuse "$name" "no Java found: install JDK 17 or newer, or set JAVA_HOME"
  local major
  major=$(java_version "$java_command")
  [ "${major%%.*}" -ge 17 ] || refuse "$name" "Java $major is too old: macpool needs 17 or newer"

  if is_stale "$jar"; then build "$name" "$module" "$jar"; fi
}

# A JDK says it in a file; to start a JVM for it takes as long as many a command.
java_version() { # COMMAND
  local program home version=
  program=$(readlink -f "$(command -v "$1")" 2>/dev/null) || program=
  home=${program%/bin/java}
  [ "$home" = "$program" ] || version=$(sed -n 's/^JAVA_VERSION="\([0-9.]*\).*/\1/p' "$home/release" 2>/dev/null) || :
  [ -n "$version" ] || version=$("$1" -XshowSettings:properties -version 2>&1 |
    sed -n 's/^ *java\.specification\.version = //p')
  echo "$version"
}

refuse() {
  say "$1: $2"
  exit "${SYSTEM_FAILURE_EXIT_CODE:-1}"
}

# A source newer than the jar, or no jar. `-quit` makes the common answer a fast one.
is_stale() {
  [ -f "$1" ] || return 0
  [ -n "$(cd "$top" && find pom.xml src jupiter-brain worker-operator -name target -prune -o \
    \( -path '*/src/main/*' -o -path '*/benchmarks/src/*' -o -name pom.xml \) -type f \
    -newer "$1" -print -quit)" ]
}

build() {
  local name=$1 module=$2 jar=$3
  command -v mvn >/dev/null || refuse "$name" "no Maven found: install Maven 3.8 or newer to build"
  local log=$top/target/$name-build.log
  mkdir -p "$top/target"
  say "$name: building (the first time downloads libraries and takes a few minutes) ..."
  : >"$log"
  (cd "$top" && exec mvn -B -pl "$module" -am -DskipTests package) >"$log" 2>&1 &
  local maven=$! shown='' part
  # shellcheck disable=SC2064
  trap "kill $maven 2>/dev/null; exit 130" INT TERM
  while kill -0 "$maven" 2>/dev/null; do
    part=$(sed -n 's/^\[INFO\] Building \([a-z-]*\) .*\(\[[0-9/]*\]\)$/\2 \1/p' "$log" | tail -n 1)
    if [ -n "$part" ] && [ "$part" != "$shown" ]; then
      shown=$part
      say "$name:   $part"
    fi
    sleep 1
  done
  trap - INT TERM
  if ! wait "$maven"; then
    grep -E '^\[(ERROR|WARNING)\]' "$log" | head -n 20 >&2 || true
    refuse "$name" "the build failed; the whole log is in target/$name-build.log"
  fi
  touch "$jar"
}
