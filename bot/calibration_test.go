package bot_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/demo"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/knowledge"
)

// asked is a labelled question to the sample shop: answer is the heading that
// holds the answer, "" when the knowledge has none.
type asked struct {
	Lang   string `json:"lang"`
	Text   string `json:"text"`
	Answer string `json:"answer"`
}

// trial is what came of it: the score of the best passage, the number that the
// policy made of it, and whether the passages lack the answer.
type trial struct {
	asked
	best, stated float64
	lacks        bool
}

// trials puts every question to the real search and the real policy.
func trials(t *testing.T) []trial {
	t.Helper()
	raw, err := os.ReadFile("testdata/answerable.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	library, err := knowledge.FromFS(t.Context(), demo.Knowledge(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer library.Close()
	policy, problems := escalation.Compile(escalation.Defaults())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var all []trial
	for scan := bufio.NewScanner(bytes.NewReader(raw)); scan.Scan(); {
		q := trial{lacks: true}
		if err := json.Unmarshal(scan.Bytes(), &q.asked); err != nil {
			t.Fatalf("%s: %v", scan.Text(), err)
		}
		found, err := library.Search(t.Context(), q.Text, 5)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range found {
			q.best, q.lacks = max(q.best, p.Score), q.lacks && (q.Answer == "" || p.Heading != q.Answer)
		}
		v := policy.Judge(escalation.Situation{
			State:   conversation.State{LastVisitor: conversation.Mark{Seq: 2}},
			Lines:   []escalation.Line{{Seq: 2, Role: conversation.Visitor, Text: q.Text}},
			Finding: escalation.Finding{Searched: true, Best: q.best, Floor: knowledge.Floor},
		})
		for _, s := range v.Signals {
			if s.Name == escalation.SignalCannot {
				q.stated = s.Value
			}
		}
		all = append(all, q)
	}
	return all
}

// pool is a run of scores with one share of questions without an answer.
type pool struct {
	from, to   float64
	n, missing float64
}

func (p pool) share() float64 { return p.missing / p.n }

// pooled is the falling step function of the score that fits the outcomes best
// (pool adjacent violators).
func pooled(all []trial) []pool {
	sorted := slices.SortedStableFunc(slices.Values(all), func(a, b trial) int {
		switch {
		case a.best < b.best:
			return -1
		case a.best > b.best:
			return 1
		}
		return 0
	})
	var pools []pool
	for _, q := range sorted {
		p := pool{q.best, q.best, 1, 0}
		if q.lacks {
			p.missing = 1
		}
		if last := len(pools) - 1; last >= 0 && pools[last].to == q.best {
			p = pool{pools[last].from, q.best, pools[last].n + 1, pools[last].missing + p.missing}
			pools = pools[:last]
		}
		for len(pools) > 0 && pools[len(pools)-1].share() <= p.share() {
			last := pools[len(pools)-1]
			p = pool{last.from, p.to, last.n + p.n, last.missing + p.missing}
			pools = pools[:len(pools)-1]
		}
		pools = append(pools, p)
	}
	return pools
}

func printed(pools []pool) string {
	var out strings.Builder
	for _, p := range pools {
		fmt.Fprintf(&out, "score %.3f to %.3f %6.0f questions %8.2f without an answer\n", p.from, p.to, p.n, p.share())
	}
	return out.String()
}

// acrossHalves says how far the same fit is off on questions it has not seen: it is
// made of one half and held against the other, both ways.
func acrossHalves(all []trial) float64 {
	var halves [2][]trial
	for i, q := range all {
		halves[i%2] = append(halves[i%2], q)
	}
	gap := 0.0
	for i, half := range halves {
		fit := pooled(halves[1-i])
		bins := map[int]float64{}
		for _, q := range half {
			stated := fit[len(fit)-1].share()
			for _, p := range fit {
				if q.best <= p.to {
					stated = p.share()
					break
				}
			}
			bins[int(stated*10)] += stated
			if q.lacks {
				bins[int(stated*10)]--
			}
		}
		for _, off := range bins {
			gap += math.Abs(off) / float64(len(all))
		}
	}
	return gap
}

// TestCannotAnswerIsCalibrated holds the number against what happens: of the
// questions for which it says 0.6, six of ten are those whose answer is not in the
// passages found. With -v it prints the table of docs/judgement.md.
func TestCannotAnswerIsCalibrated(t *testing.T) {
	all := trials(t)
	languages := map[string]int{}
	type bin struct{ n, stated, lacks float64 }
	var bins [10]bin
	brier, counted := 0.0, [2][2]int{}
	for _, q := range all {
		languages[q.Lang]++
		lacks := 0.0
		if q.lacks {
			lacks = 1
		}
		b := &bins[min(9, int(q.stated*10))]
		b.n, b.stated, b.lacks = b.n+1, b.stated+q.stated, b.lacks+lacks
		brier += (q.stated - lacks) * (q.stated - lacks) / float64(len(all))
		says := 0
		if q.stated >= escalation.Unanswered {
			says = 1
		}
		counted[says][int(lacks)]++
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%d questions in %d languages\n\nstated        questions   mean stated   observed\n", len(all), len(languages))
	gap := 0.0
	for i, b := range bins {
		if b.n == 0 {
			continue
		}
		fmt.Fprintf(&out, "%.1f to %.1f %13.0f %13.2f %10.2f\n", float64(i)/10, float64(i+1)/10, b.n, b.stated/b.n, b.lacks/b.n)
		gap += math.Abs(b.stated-b.lacks) / float64(len(all))
	}
	fmt.Fprintf(&out, "\nmean gap %.3f, Brier score %.3f\n", gap, brier)
	fmt.Fprintf(&out, "counts as unanswered: %d rightly, %d wrongly; does not: %d rightly, %d wrongly\n\n", counted[1][1], counted[1][0], counted[0][0], counted[0][1])
	t.Logf("\n%sthe fit made of one half and held against the other, both ways: mean gap %.3f\n\n%s", out.String(), acrossHalves(all), printed(pooled(all)))
	if len(all) < 120 || len(languages) < 5 || gap > 0.06 || brier > 0.14 {
		t.Errorf("%d questions, %d languages, mean gap %.3f, Brier score %.3f", len(all), len(languages), gap, brier)
	}
}
