package main

import (
	"encoding/json"

	"github.com/getsops/sops/v3/config"
	sopsyaml "github.com/getsops/sops/v3/stores/yaml"
	"helm.sh/helm/v4/pkg/chart/common"
	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/yaml"
)

func asObject(text []byte) (any, error) {
	var content any
	err := yaml.Unmarshal(text, &content)
	return content, err
}

// readYaml tells how kubectl, Helm, kustomize and SOPS each read a text: what the one before hands on
// to the API, as JSON.
func readYaml(request []byte) (any, error) {
	var asked struct{ Text string }
	if err := json.Unmarshal(request, &asked); err != nil {
		return nil, err
	}
	read := map[string]any{}
	readers := map[string]func([]byte) (any, error){
		"kubectl":   asObject,
		"helm":      func(text []byte) (any, error) { return common.ReadValues(text) },
		"kustomize": byKustomize,
		"sops":      bySops,
	}
	for name, reader := range readers {
		content, err := reader([]byte(asked.Text))
		if err != nil {
			content = map[string]string{"error": err.Error()}
		}
		read[name] = content
	}
	return read, nil
}

func byKustomize(text []byte) (any, error) {
	factory := provider.NewDefaultDepProvider().GetResourceFactory()
	read, err := factory.FromBytes(text)
	if err != nil {
		return nil, err
	}
	return handedOn(read)
}

func handedOn(read *resource.Resource) (any, error) {
	text, err := read.AsYAML()
	if err != nil {
		return nil, err
	}
	return asObject(text)
}

func bySops(text []byte) (any, error) {
	store := sopsyaml.NewStore(&config.YAMLStoreConfig{})
	branches, err := store.LoadPlainFile(text)
	if err != nil {
		return nil, err
	}
	written, err := store.EmitPlainFile(branches)
	if err != nil {
		return nil, err
	}
	return asObject(written)
}
