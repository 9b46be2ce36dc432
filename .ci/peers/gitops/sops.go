package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"filippo.io/age"
	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/aes"
	sopsage "github.com/getsops/sops/v3/age"
	"github.com/getsops/sops/v3/config"
	"github.com/getsops/sops/v3/keys"
	"github.com/getsops/sops/v3/stores/yaml"
	"github.com/getsops/sops/v3/version"
)

func keygen([]byte) (any, error) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, err
	}
	return map[string]string{"key": identity.String(), "recipient": identity.Recipient().String()}, nil
}

// encrypt does what `sops --encrypt` does with a creation rule of these recipients.
func encrypt(request []byte) (any, error) {
	var asked struct{ Text, Recipients, Regex string }
	if err := json.Unmarshal(request, &asked); err != nil {
		return nil, err
	}
	store := yaml.NewStore(&config.YAMLStoreConfig{})
	branches, err := store.LoadPlainFile([]byte(asked.Text))
	if err != nil {
		return nil, err
	}
	recipients, err := sopsage.MasterKeysFromRecipients(asked.Recipients)
	if err != nil {
		return nil, err
	}
	var group sops.KeyGroup
	for _, key := range recipients {
		group = append(group, keys.MasterKey(key))
	}
	tree := sops.Tree{Branches: branches, Metadata: sops.Metadata{
		KeyGroups: []sops.KeyGroup{group}, EncryptedRegex: asked.Regex, Version: version.Version,
	}}
	dataKey, failures := tree.GenerateDataKey()
	if len(failures) > 0 {
		return nil, errors.Join(failures...)
	}
	cipher := aes.NewCipher()
	mac, err := tree.Encrypt(dataKey, cipher)
	if err != nil {
		return nil, err
	}
	tree.Metadata.LastModified = time.Now().UTC()
	tree.Metadata.MessageAuthenticationCode, err =
		cipher.Encrypt(mac, dataKey, tree.Metadata.LastModified.Format(time.RFC3339))
	if err != nil {
		return nil, err
	}
	closed, err := store.EmitEncryptedFile(tree)
	return map[string]string{"text": string(closed)}, err
}

func decrypt(request []byte) (any, error) {
	var asked struct{ Text, Key string }
	if err := json.Unmarshal(request, &asked); err != nil {
		return nil, err
	}
	opened, err := open([]byte(asked.Text), asked.Key, true)
	return map[string]string{"text": string(opened)}, err
}

// open decrypts a file for whoever holds the age key. The sops program proves that nobody changed it;
// Flux does not, for kustomize has changed the order of what the checksum is made of.
func open(text []byte, identity string, prove bool) ([]byte, error) {
	store := yaml.NewStore(&config.YAMLStoreConfig{})
	tree, err := store.LoadEncryptedFile(text)
	if err != nil {
		return nil, err
	}
	var identities sopsage.ParsedIdentities
	if err := identities.Import(identity); err != nil {
		return nil, err
	}
	dataKey, err := dataKey(tree.Metadata.KeyGroups, identities)
	if err != nil {
		return nil, err
	}
	cipher := aes.NewCipher()
	mac, err := tree.Decrypt(dataKey, cipher)
	if err != nil {
		return nil, err
	}
	written, err := cipher.Decrypt(tree.Metadata.MessageAuthenticationCode, dataKey,
		tree.Metadata.LastModified.Format(time.RFC3339))
	if err != nil {
		return nil, err
	}
	if prove && written != mac {
		return nil, errors.New("the file was changed after it was encrypted")
	}
	return store.EmitPlainFile(tree.Branches)
}

func dataKey(groups []sops.KeyGroup, identities sopsage.ParsedIdentities) ([]byte, error) {
	failure := errors.New("the file names no age key")
	for _, group := range groups {
		for _, key := range group {
			own, ok := key.(*sopsage.MasterKey)
			if !ok {
				continue
			}
			identities.ApplyToMasterKey(own)
			opened, err := own.Decrypt()
			if err == nil {
				return opened, nil
			}
			failure = fmt.Errorf("the age key does not open the file: %w", err)
		}
	}
	return nil, failure
}
