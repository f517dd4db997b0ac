package handofftest

import (
	"context"
	"fmt"

	"github.com/rogpeppe/go-internal/testscript"
)

// TB is what a House needs of a test: a *testing.T, a *testing.B or a story.
type TB interface {
	Helper()
	Context() context.Context
	Cleanup(func())
	TempDir() string
	Log(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// scriptTB lets a script be a TB.
type scriptTB struct{ *testscript.TestScript }

func (s scriptTB) Helper()                  {}
func (s scriptTB) Context() context.Context { return context.Background() }
func (s scriptTB) Cleanup(f func())         { s.Defer(f) }
func (s scriptTB) TempDir() string          { return s.MkAbs(".") }
func (s scriptTB) Log(args ...any)          { s.Logf("%s", fmt.Sprint(args...)) }
func (s scriptTB) Errorf(f string, a ...any) {
	s.Logf("FAIL: "+f, a...)
}
func (s scriptTB) Fatal(args ...any) { s.Fatalf("%s", fmt.Sprint(args...)) }
