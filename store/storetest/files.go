package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/files/ledger"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

func keptFile(t *testing.T, s *store.Store, f ledger.File) ledger.File {
	t.Helper()
	f.ID, f.State, f.Created = conversation.RandomID("fil"), ledger.Taking, start
	f.Name, f.Type, f.Size = "a.png", "image/png", 7
	f = one[ledger.File](t)(s.AddFile(context.Background(), f))
	must(t, s.FileKept(context.Background(), f.ID))
	f.State = ledger.Kept
	return f
}

// carries says something with a file and returns its number.
func carries(t *testing.T, s *store.Store, id conversation.ID, f ledger.File) conversation.Seq {
	t.Helper()
	line := conversation.Message{Text: "see", Files: []conversation.File{f.File}}
	return mustAppend(t, s, id, "", conversation.VisitorSays(Visitor(), line, start, time.Hour)).State.Seq
}

// files: a row belongs to its visitor, then to its line's conversation; of one
// source there is one.
func files(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	state := Conversation(t, s)
	hers := session.Owner{Visitor: state.Visitor, Widget: state.Widget}
	f := keptFile(t, s, ledger.File{Owner: hers})
	none := func(what string, _ ledger.File, err error) {
		t.Helper()
		if !errors.Is(err, conversation.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", what, err)
		}
	}
	look := func(o session.Owner) (ledger.File, error) { return s.OwnedFile(ctx, o, f.ID) }
	if got := one[ledger.File](t)(look(hers)); got != f {
		t.Errorf("her upload = %+v, want %+v", got, f)
	}
	other, err := look(session.Owner{Visitor: "vis_other", Widget: state.Widget})
	none("another's look", other, err)
	f.Conversation, f.Seq = state.ID, carries(t, s, state.ID, f)
	if got := one[ledger.File](t)(look(hers)); got != f {
		t.Errorf("carried = %+v, want %+v", got, f)
	}
	if got := one[[]ledger.File](t)(s.FilesOf(ctx, state.ID)); len(got) != 1 || got[0] != f {
		t.Errorf("files of the conversation = %+v, want %+v", got, f)
	}
	from := ledger.File{Conversation: state.ID, Source: "slack:T1:F1"}
	first := keptFile(t, s, from)
	from.ID, from.State, from.Created = "fil_2", ledger.Taking, start
	if got := one[ledger.File](t)(s.AddFile(ctx, from)); got != first {
		t.Errorf("of one source again = %+v, want %+v", got, first)
	}
	if got := one[[]ledger.File](t)(s.FilesFrom(ctx, "slack:T1:F1")); len(got) != 0 {
		t.Errorf("a source that no line carries = %+v", got)
	}
	got, err := s.OwnedFile(ctx, hers, first.ID)
	none("one that no line carries yet", got, err)
	due := one[[]ledger.File](t)(s.DueFiles(ctx, start.Add(time.Hour), start, 10))
	if len(due) != 1 || due[0].ID != first.ID {
		t.Errorf("due = %+v, want what no line carries", due)
	}
	must(t, s.ForgetFile(ctx, first.ID))
	must(t, s.ForgetFile(ctx, first.ID))
}

// filesErased: a file goes with its line: dropped, taken back, redacted, erased.
func filesErased(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	for name, end := range map[string]func(id conversation.ID, seq conversation.Seq, file string) error{
		"dropped": func(id conversation.ID, seq conversation.Seq, file string) error {
			mustAppend(t, s, id, "", conversation.Append(conversation.Draft{Author: agent("U1", "Maya"), Body: conversation.Edited{Of: seq, Text: "see", Dropped: []string{file}}}))
			return nil
		},
		"taken back": func(id conversation.ID, seq conversation.Seq, _ string) error {
			mustAppend(t, s, id, "", conversation.Append(conversation.Draft{Author: agent("U1", "Maya"), Body: conversation.Retracted{Of: seq}}))
			return nil
		},
		"redacted": func(id conversation.ID, seq conversation.Seq, _ string) error { return s.Redact(ctx, id, seq) },
		"erased":   func(id conversation.ID, _ conversation.Seq, _ string) error { return s.Erase(ctx, id) },
	} {
		state := Conversation(t, s)
		f := keptFile(t, s, ledger.File{Owner: session.Owner{Visitor: state.Visitor, Widget: state.Widget}})
		seq := carries(t, s, state.ID, f)
		must(t, end(state.ID, seq, f.ID))
		if _, err := s.File(ctx, f.ID); !errors.Is(err, conversation.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", name, err)
		}
		due := one[[]ledger.File](t)(s.DueFiles(ctx, start, start, 10))
		if len(due) != 1 || due[0].ID != f.ID || due[0].Name != "" {
			t.Errorf("%s: due = %+v, want it without its name", name, due)
		}
		must(t, s.ForgetFile(ctx, f.ID))
	}
}
