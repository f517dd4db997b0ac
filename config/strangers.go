package config

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

var number0 = regexp.MustCompile(`_\d+_`)

// Strangers looks through an environment ("NAME=value") for variables that look
// like a key's twin and are a slip away from it. Variables that resemble no key
// are somebody's own (${NAME} may use any) and are left alone.
func Strangers(environ []string) []string {
	s, err := shapeOf(reflect.TypeFor[File]())
	if err != nil {
		return nil
	}
	known := twins(s, "")
	var out []string
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, envPrefix) {
			continue
		}
		first := number0.ReplaceAllString(name, "_0_")
		if slices.Contains(known, first) {
			continue
		}
		near := closest(first, known)
		if near == "" {
			continue
		}
		if index := number0.FindString(name); index != "" {
			near = strings.Replace(near, "_0_", index, 1)
		}
		out = append(out, fmt.Sprintf("%s belongs to no key: did you mean %s?", name, near))
	}
	return out
}

// closest is stricter than nearest: two slips at most in a name this long.
func closest(name string, known []string) string {
	for _, k := range known {
		if d := len(name) - len(k); d >= -2 && d <= 2 && distance(name, k) <= 2 {
			return k
		}
	}
	return ""
}

// twins lists the names of all twins, list entries as number 0.
func twins(s *shape, path string) []string {
	var out []string
	for _, l := range s.leaves(path) {
		out = append(out, EnvName(l.path))
		if l.secret {
			out = append(out, EnvName(l.path)+"_FILE")
		}
		if l.shape.kind == list && l.shape.elem.kind == section {
			out = append(out, twins(l.shape.elem, l.path+"[0]")...)
		}
	}
	return out
}
