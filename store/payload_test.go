package store

import (
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

// TestPayloads: every id travels once and no payload is longer than PostgreSQL
// takes.
func TestPayloads(t *testing.T) {
	for _, n := range []int{0, 1, 227, 228, 229, 1000} {
		want := map[string]bool{}
		var ids []conversation.ID
		for range n {
			id := conversation.NewID()
			ids = append(ids, id)
			want[string(id)] = true
		}
		for _, p := range payloads("NODENAME", ids) {
			if len(p) > notifyMax {
				t.Errorf("a payload of %d bytes", len(p))
			}
			from, list, _ := strings.Cut(p, " ")
			if from != "NODENAME" || list == "" {
				t.Errorf("payload %.40q", p)
			}
			for id := range strings.FieldsSeq(list) {
				if !want[id] {
					t.Errorf("%s travels twice, or was made up", id)
				}
				delete(want, id)
			}
		}
		if len(want) > 0 {
			t.Errorf("%d of %d ids do not travel", len(want), n)
		}
	}
}
