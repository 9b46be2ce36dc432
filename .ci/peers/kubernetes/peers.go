// Package kubernetes pins the API server, its store, its controllers and kubectl: peers of the
// operator's tests.
//
// Nothing is written here: `build` makes the programs at the versions of go.mod.
package kubernetes

import (
	_ "go.etcd.io/etcd/server/v3/etcdmain"
	_ "k8s.io/kubectl/pkg/cmd"
	_ "k8s.io/kubernetes/cmd/kube-apiserver/app"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)
