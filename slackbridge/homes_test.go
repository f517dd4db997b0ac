package slackbridge

import (
	"context"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// holders is a log in which every Home is ours.
type holders struct{ Log }

func (holders) HoldHome(context.Context, string, string) error { return nil }

// What somebody chose stays, though the news that she has opened her Home comes after
// her press in it, and though she presses twice before it is drawn again.
func TestAHomeKeepsWhatWasChosen(t *testing.T) {
	h := newHomes(&Bridge{Deps: Deps{Log: holders{}, Now: time.Now}})
	shown := viewRef{Hash: "1", Metadata: draw.HomeView{Topic: "Billing", Tag: "vip"}.Metadata()}
	open := func(v viewRef, change func(draw.HomeView) draw.HomeView) draw.HomeView {
		t.Helper()
		if err := h.open(t.Context(), "U0MAYA", v, change); err != nil {
			t.Fatal(err)
		}
		return h.looks["U0MAYA"].view
	}
	open(shown, nil)
	open(shown, func(v draw.HomeView) draw.HomeView { v.Topic = ""; return v })
	open(shown, func(v draw.HomeView) draw.HomeView { v.Tag = ""; return v })
	if got := open(shown, nil); got.Topic != "" || got.Tag != "" {
		t.Errorf("an opening that comes late brings %+v back", got)
	}
	later := viewRef{Hash: "2", Metadata: draw.HomeView{Topic: "Legal"}.Metadata()}
	if got := open(later, nil); got.Topic != "Legal" {
		t.Errorf("a view that another process has drawn is %+v", got)
	}
}
