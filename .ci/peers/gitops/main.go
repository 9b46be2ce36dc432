// The programs between Git and the cluster, as libraries of their own makers: Flux' kustomization
// and values, SOPS, Helm, and how each reads YAML.
//
//	gitops        one request a line on stdin, one answer a line on stdout, both JSON
//
// A request names what to do in "do", with what that takes; an answer holds "error" if it failed.
// The program ends with its input. It reads the files that it is told of, writes a kustomization.yaml
// where Flux would, and asks no network.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

// answers by what is asked for; each takes the whole request.
var answers = map[string]func(request []byte) (any, error){
	"build":   build,
	"values":  values,
	"render":  render,
	"keygen":  keygen,
	"encrypt": encrypt,
	"decrypt": decrypt,
	"yaml":    readYaml,
}

func answer(request []byte) (any, error) {
	var head struct{ Do string }
	if err := json.Unmarshal(request, &head); err != nil {
		return nil, err
	}
	do, known := answers[head.Do]
	if !known {
		return nil, fmt.Errorf("nothing is known of %q", head.Do)
	}
	return do(request)
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for in.Scan() {
		told, err := answer(in.Bytes())
		if err != nil {
			told = map[string]string{"error": err.Error()}
		}
		if err := out.Encode(told); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
