package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/loader"
	release "helm.sh/helm/v4/pkg/release/v1"
)

// render prints a release as `helm template` does, without its chart's CRDs.
func render(request []byte) (any, error) {
	var asked struct {
		Chart, Name, Namespace, Kube string
		Values                       map[string]any
	}
	if err := json.Unmarshal(request, &asked); err != nil {
		return nil, err
	}
	version, err := common.ParseKubeVersion(asked.Kube)
	if err != nil {
		return nil, err
	}
	chart, err := loader.Load(asked.Chart)
	if err != nil {
		return nil, err
	}
	install := action.NewInstall(&action.Configuration{})
	install.DryRunStrategy = action.DryRunClient
	install.Replace = true
	install.SkipCRDs = true
	install.ReleaseName = asked.Name
	install.Namespace = asked.Namespace
	install.KubeVersion = version
	made, err := install.Run(chart, asked.Values)
	if err != nil {
		return nil, err
	}
	rendered, ok := made.(*release.Release)
	if !ok {
		return nil, fmt.Errorf("Helm made a %T", made)
	}
	var text strings.Builder
	fmt.Fprintln(&text, strings.TrimSpace(rendered.Manifest))
	for _, hook := range rendered.Hooks {
		fmt.Fprintf(&text, "---\n# Source: %s\n%s\n", hook.Path, hook.Manifest)
	}
	return map[string]string{"text": text.String()}, nil
}
