package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/handoff-bot/handoff/escalation/eval"
)

// read reads all files and what they require.
func (e *evaluation) read(paths []string) (utterances []eval.Utterance, required []eval.Requirement, err error) {
	var files []string
	for _, path := range paths {
		found, err := labelled(path)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, found...)
	}
	if e.require != "" {
		files = append(files, e.require)
	}
	for _, name := range files {
		u, r, err := e.readFile(name)
		if err != nil {
			return nil, nil, err
		}
		utterances, required = append(utterances, u...), append(required, r...)
	}
	if len(utterances) == 0 {
		return nil, nil, fmt.Errorf("there is no utterance in %s: docs/judgement.md says what a line looks like", strings.Join(paths, ", "))
	}
	return utterances, required, nil
}

func (e *evaluation) readFile(name string) ([]eval.Utterance, []eval.Requirement, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, fmt.Errorf("read the utterances: %w", err)
	}
	defer f.Close()
	return eval.Read(name, e.detector, f)
}

// labelled lists the files that a path stands for: itself, or the .jsonl files
// of a folder and its folders.
func labelled(path string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("read the utterances: %w", err)
		}
		if !d.IsDir() && (name == path || filepath.Ext(name) == ".jsonl") {
			files = append(files, name)
		}
		return nil
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("there is no .jsonl file in %s", path)
	}
	return files, err
}
