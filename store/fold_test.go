package store

import (
	"context"
	"testing"
)

// TestDamagedFold: a fold that cannot be this conversation's is folded again.
func TestDamagedFold(t *testing.T) {
	ctx := context.Background()
	s := openFile(t, file(t), Options{})
	id := create(t, s)
	for i, raw := range []string{"", "{}", "null", "{", `"x"`, `{"id":"cnv_other","seq":7,"mode":"closed"}`} {
		sqlExec(t, s, `update conversations set state = $1 where id = $2`, raw, string(id))
		if state, err := s.State(ctx, id); err != nil || state.ID != id || int(state.Seq) != i+1 {
			t.Errorf("%s: state %+v, %v", raw, state, err)
		}
		if out, err := s.Append(ctx, id, "", says("still here")); err != nil || int(out.State.Seq) != i+2 {
			t.Errorf("%s: append: %+v, %v", raw, out.State, err)
		}
	}
}
