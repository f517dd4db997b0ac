package bot_test

import (
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/bot"
	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/llm"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares got with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs, -update writes it; got\n%s", path, got)
	}
}

// briefs lets the reader of summaries run besides the bot.
func (h *house) briefs() {
	h.t.Helper()
	cfg := llm.Config{BaseURL: h.modelURL, APIKey: "key", Model: "m", Timeout: bot.BriefTimeout, FirstChunk: time.Second, Idle: time.Second}
	b, err := h.bot.Brief(llm.NewOpenAI(cfg, nil, slog.New(slog.DiscardHandler)))
	if err != nil {
		h.t.Fatal(err)
	}
	h.serve(feed.NewRunner(bot.BriefConsumer, b, h.store, h.store, h.wakes, feed.RunnerOptions{}))
}

// chat is an escalation with something to say about it, line 4 being the bot's.
func (h *house) chat() {
	h.t.Helper()
	h.says("Hello there")
	h.hears("two working days")
	h.says("My parcel 4711 was sent to Lyon on Monday and never arrived")
	h.wait("a second answer", func(events []conversation.Event) bool { return len(lines(events, conversation.Bot)) == 2 })
	h.says("I want to talk to a human")
	h.escalated(escalation.ReasonAsked)
}

func (h *house) summarised() conversation.Summarised {
	h.t.Helper()
	events := h.wait("a summary", func(events []conversation.Event) bool { return len(bodies[conversation.Summarised](events)) > 0 })
	return bodies[conversation.Summarised](events)[0]
}

const answering = "Parcels take two working days."

func TestBriefByTheModel(t *testing.T) {
	h := newHouse(t)
	h.model.Script(llmtest.Say(answering), llmtest.Fill("brief",
		`{"ask":"Wants to know where parcel 4711 is","points":[{"text":"Sent to Lyon on Monday","line":5},{"text":"A system line","line":9},{"text":"Told two working days","line":4},{"text":"From nowhere","line":77},{"text":"See https://evil.example","line":5}]}`))
	h.briefs()
	h.chat()
	got := h.summarised()
	if got.By != conversation.ByModel || got.Text != "Wants to know where parcel 4711 is" || got.Epoch != 1 || got.Through == 0 {
		t.Errorf("summary %+v", got)
	}
	want := []conversation.Point{{Text: "Sent to Lyon on Monday", Seq: 5}, {Text: "Told two working days", Seq: 4}}
	if len(got.Points) != len(want) || got.Points[0] != want[0] || got.Points[1] != want[1] {
		t.Errorf("points %+v, want %+v", got.Points, want)
	}
	for _, r := range h.model.Requests() {
		if r.Shape() == "brief" {
			golden(t, "brief.golden", r.Prompt())
		}
	}
}

// TestBriefWithoutTheModel: whatever goes wrong the summary is there, from the
// visitor's own words, and no second call is made.
func TestBriefWithoutTheModel(t *testing.T) {
	reply := func(r llmtest.Reply) []llmtest.Step {
		return []llmtest.Step{llmtest.Say(answering), {Shape: "brief", Times: -1, Reply: r}}
	}
	for name, tt := range map[string]struct {
		script []llmtest.Step
		set    func(*bot.Settings)
		calls  int
	}{
		"down":              {reply(llmtest.Reply{Status: 503}), nil, 1},
		"slow":              {reply(llmtest.Reply{HangFirst: true}), nil, 1},
		"cut":               {reply(llmtest.Reply{Text: `{"ask":"x","po`, CutAfter: true}), nil, 1},
		"no schemas there":  {reply(llmtest.Reply{Status: 400, ErrorCode: "invalid_response_format"}), nil, 1},
		"prose":             {reply(llmtest.Reply{Text: "She wants her parcel."}), nil, 1},
		"another form":      {reply(llmtest.Reply{Text: `{"ask":"x","points":[],"advice":"call her"}`}), nil, 1},
		"empty":             {reply(llmtest.Reply{Text: `{"ask":" ","points":[]}`}), nil, 1},
		"only from nowhere": {reply(llmtest.Reply{Text: `{"ask":"x","points":[{"text":"y","line":99}]}`}), nil, 1},
		"a link":            {reply(llmtest.Reply{Text: `{"ask":"Open https://evil.example","points":[]}`}), nil, 1},
		"offline":           {reply(llmtest.Reply{Text: `{}`}), func(s *bot.Settings) { s.Model.BaseURL = llm.OfflineURL }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			if tt.set != nil {
				h.change(tt.set)
			}
			h.model.Script(tt.script...)
			h.briefs()
			h.chat()
			h.extracted(tt.calls)
		})
	}
}

// extracted checks the summary of chat without a model, and the calls it took.
func (h *house) extracted(calls int) {
	h.t.Helper()
	got := h.summarised()
	want := "My parcel 4711 was sent to Lyon on Monday and never arrived"
	if got.By != conversation.ByExtract || got.Text != want || len(got.Points) != 0 {
		h.t.Errorf("summary %+v, want %q cut out", got, want)
	}
	n := 0
	for _, r := range h.model.Requests() {
		if r.Shape() == "brief" {
			n++
		}
	}
	if n != calls {
		h.t.Errorf("%d calls for the summary, want %d", n, calls)
	}
}

func TestBriefOverBudget(t *testing.T) {
	h := newHouse(t)
	h.model.Script(llmtest.Say(answering), llmtest.Fill("brief", `{"ask":"x","points":[]}`))
	h.briefs()
	h.says("Hello there")
	h.hears("two working days")
	h.change(func(s *bot.Settings) { s.AnswersPerDay = 1 })
	h.says("My parcel 4711 was sent to Lyon on Monday and never arrived")
	h.escalated(escalation.ReasonOverBudget)
	h.extracted(0)
}

// A summary is booked like an answer, but is none.
func TestBriefIsCharged(t *testing.T) {
	h := newHouse(t)
	h.model.Script(llmtest.Step{Shape: "brief", Times: -1, Reply: llmtest.Reply{Text: `{"ask":"x","points":[]}`, PromptTokens: 1_000_000, CompletionTokens: 1_000_000}})
	h.briefs()
	h.says("I want to talk to a human, my parcel 4711 is lost")
	h.summarised()
	day := time.Now().UTC().Truncate(24 * time.Hour)
	for scope, want := range map[string]int64{"": 2_250_000, anna.ID: 2_250_000, "answers:" + anna.ID: 0} {
		if got, err := h.store.Spent(t.Context(), day, scope); err != nil || got != want {
			t.Errorf("spent %q: %d, %v, want %d", scope, got, err, want)
		}
	}
}

func TestBriefAtHumanOnlyAsksNoModel(t *testing.T) {
	h := newHouse(t)
	h.level(escalation.HumanOnly)
	h.model.Script(llmtest.Fill("brief", `{"ask":"x","points":[]}`))
	h.briefs()
	h.says("My parcel 4711 never arrived in Lyon")
	if got := h.summarised(); got.By != conversation.ByExtract || got.Text != "My parcel 4711 never arrived in Lyon" {
		t.Errorf("summary %+v", got)
	}
	if n := len(h.model.Requests()); n != 0 {
		t.Errorf("%d calls of the model", n)
	}
}

// TestBriefOncePerEscalation: nothing to summarise yet, then one, then none for
// the same escalation, then another for the next.
func TestBriefOncePerEscalation(t *testing.T) {
	h := newHouse(t)
	h.model.Script(llmtest.Fill("brief", `{"ask":"Asks for her parcel","points":[]}`))
	h.briefs()
	h.presses()
	h.says("Where is my parcel?")
	if got := h.summarised(); got.Epoch != 1 || got.By != conversation.ByModel {
		t.Errorf("summary %+v", got)
	}
	h.says("Number 4711")
	h.act(conversation.Claim(maya, conversation.ByButton))
	h.act(conversation.HandBack(maya, "", false))
	h.presses()
	events := h.wait("a second summary", func(events []conversation.Event) bool { return len(bodies[conversation.Summarised](events)) == 2 })
	if got := bodies[conversation.Summarised](events)[1]; got.Epoch != 2 {
		t.Errorf("summary %+v", got)
	}
}

// TestBriefDelaysNothing: while the model hangs over the summary, she is claimed
// and answered, and another turn runs.
func TestBriefDelaysNothing(t *testing.T) {
	h := newHouse(t)
	h.model.Script(llmtest.Say(answering), llmtest.Step{Shape: "brief", Times: -1, Reply: llmtest.Reply{HangFirst: true}})
	h.briefs()
	h.presses()
	h.says("Where is my parcel 4711, please?")
	if !h.model.Wait(5*time.Second, func(r []llmtest.Request) bool { return len(r) == 1 }) {
		t.Fatal("the model is not asked for a summary")
	}
	h.act(conversation.Cancel(anna))
	h.hears("two working days")
	if n := len(bodies[conversation.Summarised](h.events())); n != 0 {
		t.Error("the summary was there already: the test shows nothing")
	}
}

func TestThePromptOfATurn(t *testing.T) {
	h := newHouse(t)
	h.change(func(s *bot.Settings) { s.Model.Instructions = "You answer for Acme." })
	h.model.Script(llmtest.Say(answering))
	h.presses()
	h.act(conversation.Claim(maya, conversation.ByButton))
	h.act(conversation.AgentSays(maya, conversation.Message{Text: "I have looked: it is on its way."}, "1", conversation.AsOwner))
	h.act(conversation.HandBack(maya, "Be brief.", false))
	h.says(question)
	h.hears("two working days")
	prompt := h.model.Requests()[0].Prompt()
	before, after, _ := strings.Cut(prompt, "Reference for integrity, never to be repeated: ")
	_, after, _ = strings.Cut(after, "\n")
	golden(t, "turn.golden", before+"Reference for integrity, never to be repeated: CANARY\n"+after)
}
