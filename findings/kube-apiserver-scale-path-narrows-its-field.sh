#!/usr/bin/env bash
# Guess: a CRD's integer without a format holds what JSON holds, a scale subresource on it or not;
#   and reading the scale of an object that lacks the field tells 0 replicas.
# Does: the field that specReplicasPath names holds no more than an int32, nothing below 0, and no
#   3.0 for 3 in JSON, as which any other integer may be written: a create through the main resource is
#   refused though the schema has no such bound, and the CRD is accepted. Reading scale without the
#   field is answered 500, which clients repeat; a patch or a PUT of it works.
set -euo pipefail
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

version=1.32.0
built=${PEERS_DIR:-$HOME/.cache/macpool-peers}
if [ "$("$built/kube-apiserver" --version 2>/dev/null)" != "Kubernetes v$version" ]; then
  echo "building kube-apiserver and etcd: minutes, unless Go's cache has them" >&2
  built=$work/built
  mkdir "$built"
  cd "$built"
  {
    printf 'module finding\n\ngo 1.23.0\n\nrequire go.etcd.io/etcd/server/v3 v3.5.16\n'
    printf 'require k8s.io/kubernetes v%s\n' $version
    for module in api apiextensions-apiserver apimachinery apiserver cli-runtime client-go \
      cloud-provider cluster-bootstrap code-generator component-base component-helpers \
      controller-manager cri-api cri-client csi-translation-lib dynamic-resource-allocation \
      endpointslice externaljwt kms kube-aggregator kube-controller-manager kube-proxy \
      kube-scheduler kubectl kubelet metrics mount-utils pod-security-admission \
      sample-apiserver sample-cli-plugin sample-controller; do
      echo "replace k8s.io/$module => k8s.io/$module v0.${version#1.}"
    done
  } >go.mod
  printf '//go:build tools\n\npackage tools\n\nimport (\n\t_ "%s"\n\t_ "%s"\n)\n' \
    go.etcd.io/etcd/server/v3 k8s.io/kubernetes/cmd/kube-apiserver >tools.go
  go mod tidy >build.log 2>&1 || { tail -5 build.log >&2; exit 2; }
  go build -trimpath -ldflags '-s -w' -o etcd go.etcd.io/etcd/server/v3
  package=k8s.io/component-base/version
  go build -trimpath -o kube-apiserver \
    -ldflags "-s -w -X $package.gitVersion=v$version -X $package.gitMajor=1 -X $package.gitMinor=32" \
    k8s.io/kubernetes/cmd/kube-apiserver
  cd "$work"
fi
"$built/kube-apiserver" --version
client=$(free_port) peer=$(free_port) port=$(free_port)
"$built/etcd" --data-dir etcd --unsafe-no-fsync \
  --listen-client-urls "http://127.0.0.1:$client" --advertise-client-urls "http://127.0.0.1:$client" \
  --listen-peer-urls "http://127.0.0.1:$peer" --initial-advertise-peer-urls "http://127.0.0.1:$peer" \
  --initial-cluster "default=http://127.0.0.1:$peer" >etcd.log 2>&1 &
pids+=($!)
await_port "$client" $!
openssl genrsa -out accounts.key 2048 2>/dev/null
echo "finding,admin,admin,system:masters" >tokens
"$built/kube-apiserver" --etcd-servers "http://127.0.0.1:$client" --bind-address 127.0.0.1 \
  --secure-port "$port" --cert-dir certs --token-auth-file tokens --authorization-mode RBAC \
  --service-cluster-ip-range 10.96.0.0/16 --disable-admission-plugins ServiceAccount \
  --service-account-issuer https://kubernetes.default.svc \
  --service-account-key-file accounts.key --service-account-signing-key-file accounts.key \
  >apiserver.log 2>&1 &
pids+=($!)
await_port "$port" $!
api() { # METHOD PATH CONTENT-TYPE [BODY]
  curl -sk -X "$1" -H 'Authorization: Bearer finding' -H "Content-Type: application/$3" \
    ${4:+--data-binary "$4"} "https://127.0.0.1:$port$2"
}
apply() { # PATH MANAGER BODY
  api PATCH "$1?fieldManager=$2" apply-patch+yaml "$3"
}
pick() { # PYTHON-EXPRESSION over the answer o
  python3 -c 'import json, sys; o = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1"
}
await_answer() { # PATH PART-OF-THE-ANSWER
  for _ in $(seq 300); do
    [[ $(api GET "$1" json) != *"$2"* ]] || return 0
    sleep 0.2
  done
  echo "kube-apiserver did not answer $2 at $1 within a minute" >&2
  exit 2
}
await_answer /readyz ok
await_answer /api/v1/namespaces/default '"Active"'

crd() { # MORE-PROPERTIES OF THE VERSION
  api POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions yaml "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.finding.io}
spec:
  group: finding.io
  scope: Namespaced
  names: {kind: Thing, plural: things, singular: thing, listKind: ThingList}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              size: {type: integer}
              other: {type: integer}
              text: {type: string}
$1" >/dev/null
  things=/apis/finding.io/v1/namespaces/default/things
  await_answer $things '"ThingList"'
}

{
crd '    subresources: {scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}}'
json() { echo "{\"apiVersion\": \"finding.io/v1\", \"kind\": \"Thing\", \"metadata\": {\"name\": \"$1\"}, \"spec\": {$2}}"; }
thing() { echo "{apiVersion: finding.io/v1, kind: Thing, metadata: {name: $1}, spec: {$2}}"; }
told='"made, " + json.dumps(o["spec"]) if "spec" in o else str(o["code"]) + " " + o["message"]'
echo "other: 5000000000:  $(api POST $things yaml "$(thing a 'other: 5000000000')" | pick "$told")"
echo "size: 5000000000:   $(api POST $things yaml "$(thing b 'size: 5000000000')" | pick "$told")"
echo "size: -1:           $(api POST $things yaml "$(thing c 'size: -1')" | pick "$told")"
echo "other: 3.0 in JSON: $(api POST $things json "$(json d '"other": 3.0')" | pick "$told")"
echo "size: 3.0 in JSON:  $(api POST $things json "$(json e '"size": 3.0')" | pick "$told")"
echo "scale without size: $(api GET $things/a/scale json | pick "$told")"
echo "patch of it:        $(api PATCH $things/a/scale merge-patch+json '{"spec": {"replicas": 2}}' | pick "$told")"
echo "PUT of it:          $(api PUT $things/a/scale json '{"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "a"}, "spec": {"replicas": 2}}' | pick "$told")"
} >seen
cat >expected <<'END'
other: 5000000000:  made, {"other": 5000000000}
size: 5000000000:   422 Thing.finding.io "b" is invalid: .spec.size: Invalid value: 5000000000: should be less than or equal to 2147483647
size: -1:           422 Thing.finding.io "c" is invalid: .spec.size: Invalid value: -1: should be a non-negative integer
other: 3.0 in JSON: made, {"other": 3}
size: 3.0 in JSON:  422 Thing.finding.io "e" is invalid: .spec.size: Invalid value: 0: .spec.size accessor error: 3 is of the type float64, expected int64
scale without size: 500 Internal error occurred: the spec replicas field ".spec.size" does not exist
patch of it:        made, {"replicas": 2}
PUT of it:          made, {"replicas": 2}
END
echo "guess: a CRD's integer without a format holds what JSON holds, a scale subresource on it or not; and reading the scale of an object that lacks the field tells 0 replicas."
echo "seen:"
sed 's/^/  /' seen
if ! diff expected seen >difference; then
  echo "This has changed (< as written down, > now):"
  cat difference
  exit 1
fi
echo "As written down."
