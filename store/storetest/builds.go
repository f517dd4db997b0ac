package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/store"
)

// builds: files of the widget are kept under the address they were first kept under,
// with all their bytes, also by nodes that start at once.
func builds(t *testing.T, url string) {
	s := OpenAt(t, url)
	nodes := []*store.Store{s, s}
	if isPostgres(url) {
		nodes[1] = OpenAt(t, url)
	}
	ctx := context.Background()
	if _, err := s.WidgetFile(ctx, "aaaaaaaaaaaa/panel.js"); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("a file nobody kept: %v, want ErrNotFound", err)
	}
	build := map[string][]byte{"aaaaaaaaaaaa/panel.js": []byte("export let a=\"\x00é\\\"\n"), "aaaaaaaaaaaa/team.js": []byte("b"), "widget@1.0.0.js": []byte("c")}
	var starts sync.WaitGroup
	for i := range 8 {
		starts.Go(func() {
			if err := nodes[i%2].KeepWidgetFiles(ctx, build); err != nil {
				t.Errorf("keep: %v", err)
			}
		})
	}
	starts.Wait()
	must(t, s.KeepWidgetFiles(ctx, map[string][]byte{"widget@1.0.0.js": []byte("another"), "bbbbbbbbbbbb/panel.js": []byte("d")}))
	build["bbbbbbbbbbbb/panel.js"] = []byte("d")
	for address, want := range build {
		if got := one[[]byte](t)(nodes[1].WidgetFile(ctx, address)); string(got) != string(want) {
			t.Errorf("%s = %q, want %q", address, got, want)
		}
	}
}
