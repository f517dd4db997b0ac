package llm_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/handoff-bot/handoff/llm"
)

var shop = []llm.Passage{
	{ID: "1", Title: "Shipping", Score: 0.8, Text: "Orders ship within 24 hours. Delivery takes 2.5 days on average. You can track a parcel with the link in the e-mail."},
	{ID: "2", Title: "Returns", Score: 0.6, Text: "You can return an item within 30 days.\n- Print the label from your account.\n- Bring the parcel to any post office."},
	{ID: "3", Title: "Opening hours", Score: 0.4, Text: "Our phone line is open from 9 to 17."},
}

func TestOfflineAnswersFromPassages(t *testing.T) {
	tests := []struct{ name, question, want string }{
		{"the sentence that fits", "How do I track my parcel?", llm.OfflineIntro + "You can track a parcel with the link in the e-mail."},
		{"another form of the word", "can I be returning items", llm.OfflineIntro + "You can return an item within 30 days. Print the label from your account."},
		{"a decimal is no end", "average delivery time", llm.OfflineIntro + "Delivery takes 2.5 days on average."},
		{"not in the passages", "Do you sell elephants?", llm.OfflineNoAnswer},
		{"one chance word of many", "Is my elephant open to meditation courses?", llm.OfflineNoAnswer},
		{"only function words", "What is it?", llm.OfflineNoAnswer},
		{"nothing", "", llm.OfflineNoAnswer},
		{"greeting", "Hi!", "Hello! What would you like to know?"},
		{"thanks", "Thank you!!", "You're welcome. Is there anything else?"},
	}
	m := llm.NewOffline(0)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := ask(tt.question)
			req.Passages = shop
			var streamed strings.Builder
			reply, err := m.Stream(t.Context(), req, func(d llm.Delta) error {
				streamed.WriteString(d.Text)
				return nil
			})
			if err != nil || reply.Text != tt.want || streamed.String() != tt.want || reply.Finish != llm.FinishStop || len(reply.ToolCalls) > 0 {
				t.Errorf("got %+v (streamed %q), %v, want %q", reply, streamed.String(), err, tt.want)
			}
		})
	}
	if reply, _ := m.Stream(t.Context(), ask("track my parcel"), ignore); reply.Text != llm.OfflineNoAnswer {
		t.Errorf("without passages: %q", reply.Text)
	}
}

func TestOfflineStreamsWordByWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		req := ask("opening hours")
		req.Passages = shop
		begun := time.Now()
		var at []time.Duration
		_, err := llm.NewOffline(15*time.Millisecond).Stream(t.Context(), req, func(llm.Delta) error {
			at = append(at, time.Since(begun))
			return nil
		})
		if err != nil || len(at) != 13 || at[0] != 15*time.Millisecond || at[12] != 195*time.Millisecond {
			t.Errorf("words at %v, %v", at, err)
		}
	})
}

func TestOfflineStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	req := ask("opening hours")
	req.Passages = shop
	reply, err := llm.NewOffline(0).Stream(ctx, req, func(llm.Delta) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) || reply.Text != "From " {
		t.Errorf("cancelled: %q, %v", reply.Text, err)
	}
	stop := errors.New("tripped")
	if _, err := llm.NewOffline(0).Stream(t.Context(), req, func(llm.Delta) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("stopped: %v", err)
	}
}

func FuzzOffline(f *testing.F) {
	f.Add("How do I track my parcel?", "Orders ship. You can track 2.5 parcels.\n- x")
	f.Fuzz(func(t *testing.T, question, text string) {
		req := ask(question)
		req.Passages = []llm.Passage{{Title: "T", Text: text, Score: 0.5}}
		reply, err := llm.NewOffline(0).Stream(t.Context(), req, ignore)
		if err != nil || reply.Text == "" {
			t.Fatalf("%q, %v", reply.Text, err)
		}
	})
}
