# Shared by the hooks: sourced, never run. Every hook sets HOOK to its own name first.
# shellcheck shell=bash
# The hooks that source this use what it sets.
# shellcheck disable=SC2034

HOOKS_DIR="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
REPOSITORY_ROOT="${MACPOOL_ROOT:-$(cd "$HOOKS_DIR/.." && pwd)}"
DRY_RUN="${DRY_RUN:-false}"

# Everything for people goes to stderr: stdout is JSON for Terraform.
say() { printf '%s: %s\n' "$HOOK" "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# need PROGRAM WHY: a missing program is told with what it is for, before anything is touched.
need() {
  command -v "$1" >/dev/null 2>&1 || die "needs the program $1 ($2): install it, or run this where it is"
}

# run COMMAND...: does it, or with --dry-run says what it would do.
run() {
  if [[ "$DRY_RUN" == true ]]; then
    say "would run: $*"
  else
    "$@" >&2
  fi
}

# The query of an external data source: one JSON object of strings on stdin.
read_query() {
  local query
  query="$(cat)"
  jq -e 'type == "object"' >/dev/null 2>&1 <<<"$query" ||
    die "stdin must be one JSON object, as Terraform's external data source sends it"
  printf '%s' "$query"
}

# field QUERY NAME: the text of a field, or nothing.
field() { jq -r --arg name "$2" '.[$name] // ""' <<<"$1"; }

# required QUERY NAME: the text of a field; ends the hook when it is empty.
required() {
  local value
  value="$(field "$1" "$2")"
  [[ -n "$value" ]] || die "the query has no \"$2\""
  printf '%s' "$value"
}

# An environment's name becomes a directory, a namespace and a context: nothing else may be in it.
check_environment() {
  [[ "$1" =~ ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$ ]] ||
    die "\"$1\" is no environment's name: lower case, digits and dashes only"
}

# exists ENVIRONMENT ARGUMENT...: whether the API has the object that "kubectl get ARGUMENT..." names.
# An API that does not say is no "no": the hook ends.
exists() {
  local found environment="$1"
  shift
  found="$(kubectl --context "$environment" get "$@" --ignore-not-found --output name)" ||
    die "the cluster of $environment does not answer (see the line above): whether it has $1 $2 is unknown"
  [[ -n "$found" ]]
}

# describe ENVIRONMENT: what its release files say, as JSON, read by the reader that checks them.
describe() {
  need java "reads the release files"
  local answer
  answer="$(MACPOOL_ROOT="$REPOSITORY_ROOT" "$HOOKS_DIR/../releases/gitops" describe "$1")" ||
    die "cannot read releases/$1: see the line above"
  printf '%s' "$answer"
}
