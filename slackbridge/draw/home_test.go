package draw

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// drawnInbox is an inbox of any size, with the longest texts.
func drawnInbox(t *rapid.T) Inbox {
	long := strings.Repeat("wörter & <mehr> ", 40)
	texts := rapid.SampledFrom([]string{"", "a", "Anna", long, "*bold* <!channel>", "\x00\u202e"})
	in := Inbox{User: "U1", Now: time.Unix(1_800_000_000, 0), Names: map[string]string{"U1": "Maya"}, Try: rapid.Bool().Draw(t, "try")}
	if rapid.Bool().Draw(t, "kept") {
		in.Duty, in.OnDuty = "You are on duty.", rapid.Bool().Draw(t, "duty")
	}
	for range rapid.IntRange(0, 300).Draw(t, "labels") {
		name := texts.Draw(t, "label") + fmt.Sprint(len(in.Labels.Tags))
		in.Labels.Topics, in.Labels.Tags, in.Labels.Handlers = append(in.Labels.Topics, name), append(in.Labels.Tags, name), append(in.Labels.Handlers, name)
	}
	value := texts.Filter(func(s string) bool { return len(s) < maxOptionValue }) // what a select can hold
	in.View = HomeView{Topic: value.Draw(t, "topic"), Tag: value.Draw(t, "tag"), Person: value.Draw(t, "person"), Priority: rapid.SampledFrom(append(priorities, "")).Draw(t, "priority")}
	modes := map[string]conversation.Mode{listWaiting: conversation.Waiting, listMine: conversation.WithAgent, listOpen: conversation.WithAgent, listAI: conversation.WithBot, listClosed: conversation.IsClosed}
	for _, l := range append(HomeLists("U1"), BlockedList()) {
		page := HomePage{HomeList: l, Total: rapid.IntRange(0, conversation.MostCounted+1).Draw(t, "total")}
		page.Query.Offset = rapid.IntRange(0, page.Total).Draw(t, "offset") / l.Size * l.Size
		for range min(l.Size, page.Total-page.Query.Offset) {
			r := Row{Brief: Brief{Name: texts.Draw(t, "name"), Last: texts.Draw(t, "last")}, Link: rapid.SampledFrom([]string{"", "https://acme.slack.com/archives/C1/p1"}).Draw(t, "link")}
			r.State = conversation.State{ID: conversation.NewID(), Reference: "H-4F2K", Visitor: "vis_1", Mode: modes[l.key], Epoch: rapid.IntRange(0, 1).Draw(t, "epoch"),
				Owner: conversation.Staff{ID: "U2", Name: texts.Draw(t, "owner")}, BlockedUntil: in.Now, WaitFrom: in.Now.Add(-6 * time.Minute)}
			page.Rows = append(page.Rows, r)
		}
		in.Lists = append(in.Lists, page)
	}
	return in
}

// TestHomeFits: whatever there is, the Home is within Slack's limits, and nothing
// has to be cut off for it.
func TestHomeFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawnInbox(t)
		blocks := in.Blocks()
		if len(blocks) > maxHome-5 {
			t.Fatalf("%d blocks", len(blocks))
		}
		raw, err := json.Marshal(blocks)
		if err != nil || len(raw) > 200_000 {
			t.Fatalf("%d bytes, %v", len(raw), err)
		}
		var read []struct {
			Elements []struct {
				Type, ActionID string
				Options        []struct {
					Text  struct{ Text string }
					Value string
				}
			}
		}
		if err := webapi.Decode(raw, &read); err != nil {
			t.Fatal(err)
		}
		for _, b := range read {
			for _, e := range b.Elements {
				if len(e.Options) > maxOptions {
					t.Fatalf("%d options", len(e.Options))
				}
				for _, o := range e.Options {
					if n, v := len([]rune(o.Text.Text)), len([]rune(o.Value)); n == 0 || n > maxOptionText || v == 0 || v > maxOptionValue {
						t.Fatalf("an option of %d characters with a value of %d", n, v)
					}
				}
			}
		}
		if n := len([]rune(in.View.Metadata())); n > 3000 {
			t.Fatalf("%d characters of metadata", n)
		}
	})
}

// TestHomeView: what was chosen comes back from the metadata.
func TestHomeView(t *testing.T) {
	v := HomeView{}.Chose(ActByTag, chosen("*")).Chose(ActByPerson, chosen("U1")).Turned(listMine, 2)
	if back := ReadHomeView(v.Metadata()); back.Tag != "*" || back.Person != "U1" || back.Pages[listMine] != 2 || !back.filtered() {
		t.Errorf("back = %+v", back)
	}
	if all := v.Chose(ActByTag, anything).Chose(ActByPerson, anything); all.filtered() || all.Pages != nil {
		t.Errorf("everything = %+v", all)
	}
	if v := v.Turned(listMine, -1); len(v.Pages) != 0 {
		t.Errorf("the first page = %+v", v.Pages)
	}
	if v := ReadHomeView("conv_1 and no JSON"); v.filtered() {
		t.Errorf("other metadata = %+v", v)
	}
	if !slices.Equal([]string{HomeLists("U1")[1].QueryFor(HomeView{Topic: "Jobs"}).Topic, BlockedList().QueryFor(HomeView{Topic: "Jobs"}).Topic}, []string{"Jobs", ""}) {
		t.Error("the filters are for all lists but the blocked visitors")
	}
}
