// Package kubernetes pins the API server, its store and its controllers: peers of the operator's
// tests.
//
// Nothing is written here: `build` makes the three programs at the versions of go.mod.
package kubernetes

import (
	_ "go.etcd.io/etcd/server/v3/etcdmain"
	_ "k8s.io/kubernetes/cmd/kube-apiserver/app"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)
