package escalation

import "github.com/handoff-bot/handoff/conversation"

// statedDetector sees that the visitor says what it is about: enough words of
// meaning beside the wish for a person.
type statedDetector struct {
	languages []*language
	tempers   tempers
}

// problemWords is how many words of meaning state a problem.
const problemWords = 3

func (statedDetector) Name() string { return SignalStated }

func (d statedDetector) Detect(s Situation) []conversation.Signal {
	for _, line := range s.fresh() {
		if r := s.read(line.Text); d.meaning(r) >= problemWords {
			return []conversation.Signal{place(SignalStated, 1, line.Seq, r.words)}
		}
	}
	return nil
}

// meaning counts the words of meaning that do not ask for a person.
func (d statedDetector) meaning(r *reading) int {
	asking := make([]bool, len(r.words))
	for _, l := range d.languages {
		for _, section := range []string{"ask", "not", "challenge"} {
			for _, at := range r.find(l, section) {
				for i := at[0]; i < at[1]; i++ {
					asking[i] = true
				}
			}
		}
	}
	n, temper, idle := 0, d.tempers.of(d.languages, r.words), r.idle(d.languages)
	for _, m := range r.meaning {
		if !asking[m.index] && !idle[m.index] && !temper.has(m.stem) {
			n++
		}
	}
	return n
}
