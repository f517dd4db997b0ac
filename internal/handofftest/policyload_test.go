package handofftest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/llm/llmtest"
	"github.com/handoff-bot/handoff/store"
)

// loadPolicy is a policy of which every part names Alpha, and so does no part of
// the other one: two halves of different policies contradict each other.
func loadPolicy() string {
	var b strings.Builder
	b.WriteString("handoff:\n  level: quick\n  shadow: next.yaml\n  restricted_topics:\n    - {name: Alpha, phrases: [alpha matters], say: Alpha people come.}\n")
	for i := range 20 {
		fmt.Fprintf(&b, "    - name: Alpha %02d\n      phrases: [alpha word %02d]\n      say: Alpha people come.\n", i, i)
	}
	b.WriteString("  rules:\n    - {name: Alpha rule, when: 'visitor.plan == \"alpha\"', do: offer, tags: [alpha]}\n")
	return b.String() + "  routing: {skills: {Alpha: S0ALPHA, Alpha 19: S0ALPHA}}\n"
}

// bravo is the other policy, of the same length.
func bravo(text string) string {
	return strings.NewReplacer("Alpha", "Bravo", "alpha", "bravo", "ALPHA", "BRAVO").Replace(text)
}

// loaded is an installation whose file is rewritten while visitors write.
type loaded struct {
	*House
	t      *testing.T
	path   string
	shadow string
	alpha  string // the whole file
}

// TestPolicyFileUnderLoad rewrites handoff.yaml and the shadow's file in every bad
// way while turns are decided: each decision is by a whole policy, and the
// operator is told line and mend.
func TestPolicyFileUnderLoad(t *testing.T) {
	t.Parallel()
	h := New(t, Options{Runs: InProcessWatched, Admin: true, Policy: loadPolicy()})
	l := &loaded{House: h, t: t, path: filepath.Join(h.Dir, "handoff.yaml"), shadow: filepath.Join(h.Dir, "next.yaml")}
	raw, err := os.ReadFile(l.path)
	if err != nil {
		t.Fatal(err)
	}
	l.alpha = string(raw)
	next := strings.NewReplacer("  shadow: next.yaml\n", "", "quick", "ai_first").Replace(loadPolicy())
	l.put(l.shadow, next)
	hashes := map[string]bool{l.hash(l.alpha): true, l.hash(bravo(l.alpha)): true}
	h.Model.Script(llmtest.Say("Parcels take two working days."))
	h.Start()

	stop := l.visitors(4)
	for _, whole := range []string{bravo(l.alpha), l.alpha} {
		l.pieces(l.path, whole)
		l.pieces(l.shadow, bravo(next))
		l.refuses(whole)
		l.put(l.path, whole)
		l.logged("policy " + l.hash(whole))
	}
	l.put(l.shadow, bravo(next))
	l.logged("policy " + l.hash(l.alpha))
	n := stop()
	h.Stop()
	l.decidedBy(n, hashes, map[string]bool{l.shadowHash(next): true, l.shadowHash(bravo(next)): true})
	if err := h.Replays(t.Context()); err != nil {
		t.Error(err)
	}
	l.discreet()
}

func (l *loaded) put(path, text string) {
	l.t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		l.t.Fatal(err)
	}
}

func (l *loaded) hash(text string) string {
	f, err := config.Parse(l.path, []byte(text), noEnv)
	if err != nil {
		l.t.Fatal(err)
	}
	return l.compiled(f.Handoff)
}

func (l *loaded) shadowHash(text string) string {
	f, err := config.Parse(l.path, []byte("widget: {keys: [{key: pk_test_shop, origins: [\"https://shop.example\"]}]}\nai: {base_url: \"offline://\"}\n"+text), noEnv)
	if err != nil {
		l.t.Fatal(err)
	}
	return l.compiled(f.Handoff)
}

func (l *loaded) compiled(c escalation.Config) string {
	p, wrong := escalation.Compile(c)
	if len(wrong) > 0 {
		l.t.Fatal(wrong)
	}
	return p.Hash()
}

// pieces writes a file as slow and broken writers do: cut at every fiftieth byte,
// its second half first, and one half over the other file's.
func (l *loaded) pieces(path, text string) {
	for cut := 0; cut < len(text); cut += 50 {
		l.put(path, text[:cut])
		time.Sleep(3 * time.Millisecond)
	}
	half := len(text) / 2
	l.put(path, text[half:]+text[:half])
	time.Sleep(20 * time.Millisecond)
	f, err := os.OpenFile(path, os.O_WRONLY, 0o600)
	if err != nil {
		l.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for _, part := range [][2]int{{half, len(text)}, {0, half}} {
		if _, err := f.WriteAt([]byte(text[part[0]:part[1]]), int64(part[0])); err != nil {
			l.t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// refuses leaves files that are wrong for long enough to be read: each is told
// with its line and its mend.
func (l *loaded) refuses(whole string) {
	lines := strings.Count(whole, "\n")
	half := len(whole) / 2
	half += strings.IndexByte(whole[half:], '\n') + 1
	for _, bad := range []struct{ text, says, mend string }{
		{strings.Replace(whole, "  rules:\n", "  rules: [\n", 1), "this is not YAML", "brackets"},
		{whole + "  rules: []\n", fmt.Sprintf("handoff.yaml:%d:", lines+1), "keep one of the two"},
		{bravo(whole[:half]) + strings.NewReplacer("Bravo", "Alpha", "BRAVO", "ALPHA").Replace(whole[half:]), "there is no restricted topic", "write the name of a restricted topic"},
		{whole[half:] + whole[:half], "this is not YAML", "indentation"},
		{whole[:len(whole)-20], fmt.Sprintf("handoff.yaml:%d:", lines), "save the whole file again"},
	} {
		if bad.text == whole {
			l.t.Fatal("the bad file is not bad")
		}
		from := l.logSize()
		l.put(l.path, bad.text)
		l.loggedAfter(from, bad.says)
		l.loggedAfter(from, bad.mend)
	}
}

// logged waits for the product's log to say something.
func (l *loaded) logged(text string) { l.t.Helper(); l.loggedAfter(0, text) }

func (l *loaded) logSize() int { return len(l.log()) }

func (l *loaded) loggedAfter(from int, text string) {
	l.t.Helper()
	for deadline := time.Now().Add(Patience); !strings.Contains(l.log()[from:], text); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			l.t.Fatalf("the log does not say %q; it ends with\n%s", text, l.lastWords(6))
		}
	}
}

func (l *loaded) log() string {
	raw, err := os.ReadFile(filepath.Join(l.Dir, "handoff.log"))
	if err != nil {
		l.t.Fatal(err)
	}
	return string(raw)
}

// visitors ask until stop is called, which says how many answers they got.
func (l *loaded) visitors(n int) (stop func() int) {
	over := make(chan struct{})
	var all sync.WaitGroup
	var answers atomic.Int64
	for range n {
		v := l.Visitor()
		all.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-over:
					return
				default:
				}
				v.Say(fmt.Sprintf("line-%d", i), "How long does delivery take?")
				v.Wait("an answer", func(items []Item) bool { return Sees(items, "bot", "Parcels") })
				answers.Add(1)
				v.NewConversation()
			}
		})
	}
	return func() int { close(over); all.Wait(); return int(answers.Load()) }
}

// decidedBy reads the log: every verdict is by one of the whole policies, and both
// have decided.
func (l *loaded) decidedBy(answers int, live, shadow map[string]bool) {
	s, err := store.Open(context.Background(), l.storage, store.Options{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		l.t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	states, err := s.Search(l.t.Context(), conversation.Query{Limit: 100_000})
	if err != nil {
		l.t.Fatal(err)
	}
	seen := map[string]int{}
	for _, st := range states {
		events, err := s.Events(l.t.Context(), st.ID, 0, 1000)
		if err != nil {
			l.t.Fatal(err)
		}
		for _, e := range events {
			if d, ok := e.Body.(conversation.Decided); ok {
				seen["live "+d.Policy]++
				seen["shadow "+d.Shadow.Policy]++
				if !live[d.Policy] || !shadow[d.Shadow.Policy] {
					l.t.Errorf("%s was decided by policy %s beside %s", st.Reference, d.Policy, d.Shadow.Policy)
				}
			}
		}
	}
	l.t.Logf("%d answers, decided by %v", answers, seen)
	if len(seen) < 4 || answers < 20 {
		l.t.Errorf("%d answers, decided by %v: the test has tested little", answers, seen)
	}
}

// discreet: neither the log nor the admins are shown secrets or visitors' words.
func (l *loaded) discreet() {
	told := l.log()
	var notices int
	for _, m := range l.Slack.History(adminChannel) {
		told += m.Visible()
		if strings.Contains(m.Visible(), "refused") && strings.Contains(m.Visible(), "handoff.yaml:") && strings.Contains(m.Visible(), "→") {
			notices++
		}
	}
	if notices == 0 {
		l.t.Error("the admin channel was not told line and mend")
	}
	if strings.Contains(told, "no widget key") {
		l.t.Error("a file was read while it was empty")
	}
	for _, secret := range []string{ModelKey, fakeslack.SampleBotToken, fakeslack.SampleAppToken, "How long does delivery"} {
		if strings.Contains(told, secret) {
			l.t.Errorf("%q was told", secret)
		}
	}
}
