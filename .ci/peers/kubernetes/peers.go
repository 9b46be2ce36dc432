// Package kubernetes pins the API server and its store: peers of the operator's tests.
//
// Nothing is written here: `.ci/peers/install` builds the two programs at the versions of go.mod.
package kubernetes

import (
	_ "go.etcd.io/etcd/server/v3/etcdmain"
	_ "k8s.io/kubernetes/cmd/kube-apiserver/app"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)
