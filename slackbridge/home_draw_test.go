package slackbridge

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
func drawnInbox(t *rapid.T) inbox {
	long := strings.Repeat("wörter & <mehr> ", 40)
	texts := rapid.SampledFrom([]string{"", "a", "Anna", long, "*bold* <!channel>", "\x00\u202e"})
	in := inbox{user: "U1", now: time.Unix(1_800_000_000, 0), names: map[string]string{"U1": "Maya"}, try: rapid.Bool().Draw(t, "try")}
	if rapid.Bool().Draw(t, "kept") {
		in.duty, in.onDuty = "You are on duty.", rapid.Bool().Draw(t, "duty")
	}
	for range rapid.IntRange(0, 300).Draw(t, "labels") {
		name := texts.Draw(t, "label") + fmt.Sprint(len(in.labels.Tags))
		in.labels.Topics, in.labels.Tags, in.labels.Handlers = append(in.labels.Topics, name), append(in.labels.Tags, name), append(in.labels.Handlers, name)
	}
	value := texts.Filter(func(s string) bool { return len(s) < maxOptionValue }) // what a select can hold
	in.view = homeView{Topic: value.Draw(t, "topic"), Tag: value.Draw(t, "tag"), Person: value.Draw(t, "person"), Priority: rapid.SampledFrom(append(priorities, "")).Draw(t, "priority")}
	modes := map[string]conversation.Mode{listWaiting: conversation.Waiting, listMine: conversation.WithAgent, listOpen: conversation.WithAgent, listAI: conversation.WithBot, listClosed: conversation.IsClosed}
	for _, l := range append(homeLists("U1"), blockedList()) {
		page := homePage{homeList: l, total: rapid.IntRange(0, conversation.MostCounted+1).Draw(t, "total")}
		page.query.Offset = rapid.IntRange(0, page.total).Draw(t, "offset") / l.size * l.size
		for range min(l.size, page.total-page.query.Offset) {
			r := inboxRow{brief: Brief{Name: texts.Draw(t, "name"), Last: texts.Draw(t, "last")}, link: rapid.SampledFrom([]string{"", "https://acme.slack.com/archives/C1/p1"}).Draw(t, "link")}
			r.state = conversation.State{ID: conversation.NewID(), Reference: "H-4F2K", Visitor: "vis_1", Mode: modes[l.key], Epoch: rapid.IntRange(0, 1).Draw(t, "epoch"),
				Owner: conversation.Staff{ID: "U2", Name: texts.Draw(t, "owner")}, BlockedUntil: in.now, WaitFrom: in.now.Add(-6 * time.Minute)}
			page.rows = append(page.rows, r)
		}
		in.lists = append(in.lists, page)
	}
	return in
}

// TestHomeFits: whatever there is, the Home is within Slack's limits, and nothing
// has to be cut off for it.
func TestHomeFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawnInbox(t)
		blocks := in.blocks()
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
		if n := len([]rune(in.view.metadata())); n > 3000 {
			t.Fatalf("%d characters of metadata", n)
		}
	})
}

// TestHomeView: what was chosen comes back from the metadata.
func TestHomeView(t *testing.T) {
	v := homeView{}.chose(actByTag, chosen("*")).chose(actByPerson, chosen("U1")).turned(listMine, 2)
	if back := readHomeView(v.metadata()); back.Tag != "*" || back.Person != "U1" || back.Pages[listMine] != 2 || !back.filtered() {
		t.Errorf("back = %+v", back)
	}
	if all := v.chose(actByTag, anything).chose(actByPerson, anything); all.filtered() || all.Pages != nil {
		t.Errorf("everything = %+v", all)
	}
	if v := v.turned(listMine, -1); len(v.Pages) != 0 {
		t.Errorf("the first page = %+v", v.Pages)
	}
	if v := readHomeView("conv_1 and no JSON"); v.filtered() {
		t.Errorf("other metadata = %+v", v)
	}
	if !slices.Equal([]string{homeLists("U1")[1].page(homeView{Topic: "Jobs"}).Topic, blockedList().page(homeView{Topic: "Jobs"}).Topic}, []string{"Jobs", ""}) {
		t.Error("the filters are for all lists but the blocked visitors")
	}
}
