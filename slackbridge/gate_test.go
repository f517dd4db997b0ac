package slackbridge

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestGateWaitsForTheLastGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(func() {})
		passes := func() bool {
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			return g.wait(ctx) == nil
		}
		if !passes() {
			t.Fatal("a gate without a gap is closed")
		}
		g.hold()
		first := g.gaps()
		g.hold() // another gap, while the first one is being filled
		if g.filled(first); passes() {
			t.Error("lines pass although the second gap is not filled")
		}
		if g.filled(g.gaps()); !passes() {
			t.Error("lines wait although every gap is filled")
		}
		g.hold()
		time.Sleep(holdFor + time.Second)
		if !passes() {
			t.Error("lines wait longer than holdFor")
		}
	})
}
