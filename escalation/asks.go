package escalation

import "github.com/handoff-bot/handoff/conversation"

// asksDetector sees that the visitor asks for a person, in words: "talk to a
// human", "rep please", "I don't want a bot", "anyone there?". A question
// whether this is a machine is a signal of its own: it is answered truthfully
// and asks for nobody.
type asksDetector struct{ languages []*language }

func (asksDetector) Name() string { return SignalAsks }

func (d asksDetector) Detect(s Situation) []conversation.Signal {
	var signals []conversation.Signal
	for _, line := range s.fresh() {
		r := s.read(line.Text)
		if run := d.asks(r); run != nil {
			signals = append(signals, place(SignalAsks, 1, line.Seq, run))
		} else if run := r.first(d.languages, "challenge"); run != nil {
			signals = append(signals, place(SignalChallenge, 1, line.Seq, run))
		}
	}
	return signals
}

// asks is where the text asks for a person, nil when it does not.
func (d asksDetector) asks(r *reading) []word {
	return r.first(d.languages, "ask", "not", "challenge")
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
type acceptsDetector struct{ languages []*language }

func (acceptsDetector) Name() string { return SignalAccepts }

func (d acceptsDetector) Detect(s Situation) []conversation.Signal {
	on := s.judged()
	r := s.read(on.Text)
	if run := r.first(d.languages, "yes"); run != nil && (s.State.Offer != 0 || d.offered(s)) {
		return []conversation.Signal{place(SignalAccepts, 1, on.Seq, run)}
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
	return s.read(last.Text).first(d.languages, "offer") != nil
}
