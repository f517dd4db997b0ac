//go:build !cgo

package store

import (
	"context"
	"strings"
	"testing"
)

// Run with CGO_ENABLED=0.
func TestNoCgo(t *testing.T) {
	_, err := Open(context.Background(), "sqlite://"+file(t), Options{})
	if err == nil || !strings.Contains(err.Error(), "built without cgo") || !strings.Contains(err.Error(), "CGO_ENABLED=1") {
		t.Errorf("open: %v, want words for the operator", err)
	}
}
