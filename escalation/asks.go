package escalation

import "github.com/handoff-bot/handoff/conversation"

// asksDetector sees that the visitor asks for a person, in words: "talk to a
// human", "rep please", "I don't want a bot", "anyone there?". A question
// whether this is a machine is a signal of its own: it is answered truthfully
// and asks for nobody.
type asksDetector struct{ languages []language }

func (asksDetector) Name() string { return SignalAsks }

func (d asksDetector) Detect(s Situation) []conversation.Signal {
	var signals []conversation.Signal
	for _, line := range s.fresh() {
		w := words(line.Text)
		if asks := d.first(w, "ask", "not", "challenge"); asks != nil {
			signals = append(signals, place(SignalAsks, 1, line.Seq, w[asks[0]:asks[1]]))
		} else if challenge := d.first(w, "challenge", "never"); challenge != nil {
			signals = append(signals, place(SignalChallenge, 1, line.Seq, w[challenge[0]:challenge[1]]))
		}
	}
	return signals
}

// first is the first place where a pattern of the section matches and no
// pattern of a veto section overlaps it.
func (d asksDetector) first(w []word, section string, vetoes ...string) []int {
	var best []int
	for _, l := range d.languages {
		var denied [][2]int
		for _, veto := range vetoes {
			denied = append(denied, l.find(veto, w)...)
		}
		for _, at := range l.find(section, w) {
			if !overlaps(at, denied) && (best == nil || at[0] < best[0]) {
				best = at[:]
			}
		}
	}
	return best
}

func overlaps(at [2]int, others [][2]int) bool {
	for _, o := range others {
		if at[0] < o[1] && o[0] < at[1] {
			return true
		}
	}
	return false
}

// place makes a signal that points to a run of words.
func place(name string, value float64, seq conversation.Seq, run []word) conversation.Signal {
	s := conversation.Signal{Name: name, Value: value, Seq: seq}
	if len(run) > 0 {
		s.From, s.To = run[0].from, run[len(run)-1].to
	}
	return s
}

// acceptsDetector sees that she says yes to an offer of a person: the open
// offer of the policy, or one the bot made in its own words.
type acceptsDetector struct{ languages []language }

func (acceptsDetector) Name() string { return SignalAccepts }

func (d acceptsDetector) Detect(s Situation) []conversation.Signal {
	if s.State.Offer == 0 && !d.offered(s) {
		return nil
	}
	on := s.judged()
	w := words(on.Text)
	for _, l := range d.languages {
		if len(w) > 0 && len(l.find("yes", w)) > 0 {
			return []conversation.Signal{place(SignalAccepts, 1, on.Seq, w)}
		}
	}
	return nil
}

// offered: the last line before the visitor's is the bot's and offers a person.
func (d acceptsDetector) offered(s Situation) bool {
	var last Line
	for _, l := range s.Lines {
		if l.Role == conversation.Bot {
			last = l
		}
	}
	w := words(last.Text)
	for _, l := range d.languages {
		if len(l.find("offer", w)) > 0 {
			return true
		}
	}
	return false
}
