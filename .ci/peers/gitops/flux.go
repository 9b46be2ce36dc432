package main

import (
	"context"
	"encoding/json"
	"path/filepath"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/chartutil"
	"github.com/fluxcd/pkg/kustomize"
	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// cluster is what the controllers ask for: ConfigMaps and Secrets, by what the test says of them.
type cluster struct {
	client.Client
	Objects []unstructured.Unstructured
}

func (c cluster) Get(_ context.Context, key client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	kind := "ConfigMap"
	if _, secret := into.(*corev1.Secret); secret {
		kind = "Secret"
	}
	for _, object := range c.Objects {
		if object.GetKind() != kind || object.GetName() != key.Name || object.GetNamespace() != key.Namespace {
			continue
		}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, into); err != nil {
			return err
		}
		if secret, ok := into.(*corev1.Secret); ok {
			for name, text := range secret.StringData {
				if secret.Data == nil {
					secret.Data = map[string][]byte{}
				}
				secret.Data[name] = []byte(text)
			}
		}
		return nil
	}
	return apierrors.NewNotFound(schema.GroupResource{Resource: kind}, key.Name)
}

func objects(list []map[string]any) []unstructured.Unstructured {
	found := []unstructured.Unstructured{}
	for _, content := range list {
		found = append(found, unstructured.Unstructured{Object: content})
	}
	return found
}

// build makes of a directory what Flux applies: its kustomization written, built, decrypted and
// substituted, in the order of the kustomize-controller.
func build(request []byte) (any, error) {
	var asked struct {
		Root          string
		Kustomization map[string]any
		Cluster       []map[string]any
		Key           string
	}
	if err := json.Unmarshal(request, &asked); err != nil {
		return nil, err
	}
	flux := unstructured.Unstructured{Object: asked.Kustomization}
	path, _, err := unstructured.NestedString(flux.Object, "spec", "path")
	if err != nil {
		return nil, err
	}
	directory := filepath.Join(asked.Root, path)
	if _, err := kustomize.NewGenerator(asked.Root, flux).WriteFile(directory); err != nil {
		return nil, err
	}
	resources, err := kustomize.SecureBuild(asked.Root, directory, false)
	if err != nil {
		return nil, err
	}
	applied := []any{}
	for _, resource := range resources.Resources() {
		content, err := resource.Map()
		if err != nil {
			return nil, err
		}
		if _, closed := content["sops"]; closed {
			text, err := resource.AsYAML()
			if err != nil {
				return nil, err
			}
			opened, err := open(text, asked.Key, false)
			if err != nil {
				return nil, err
			}
			replaced, err := asObject(opened)
			if err != nil {
				return nil, err
			}
			applied = append(applied, replaced)
			continue
		}
		_, substituted, err := unstructured.NestedMap(flux.Object, "spec", "postBuild")
		if err != nil {
			return nil, err
		}
		if substituted {
			strict, _, _ := unstructured.NestedBool(flux.Object, "spec", "postBuild", "strict")
			changed, err := kustomize.SubstituteVariables(context.Background(),
				cluster{Objects: objects(asked.Cluster)}, flux, resource, kustomize.SubstituteWithStrict(strict))
			if err != nil {
				return nil, err
			}
			if changed != nil {
				resource = changed
			}
			if content, err = resource.Map(); err != nil {
				return nil, err
			}
		}
		applied = append(applied, content)
	}
	return map[string]any{"objects": applied}, nil
}

// values are what the helm-controller hands to Helm.
func values(request []byte) (any, error) {
	var asked struct {
		Namespace  string
		Values     map[string]any
		References []meta.ValuesReference
		Cluster    []map[string]any
	}
	if err := json.Unmarshal(request, &asked); err != nil {
		return nil, err
	}
	merged, err := chartutil.ChartValuesFromReferences(context.Background(), logr.Discard(),
		cluster{Objects: objects(asked.Cluster)}, asked.Namespace, asked.Values, asked.References...)
	if err != nil {
		return nil, err
	}
	return map[string]any{"values": merged}, nil
}
