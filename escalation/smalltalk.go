package escalation

import "github.com/handoff-bot/handoff/conversation"

// smallTalkDetector sees that all her new lines ask nothing: a greeting, thanks,
// "ok". They neither count as unanswered nor end a row of unanswered questions.
// The words are the section [small] of each language.
type smallTalkDetector struct{ languages []*language }

func (smallTalkDetector) Name() string { return SignalSmallTalk }

func (d smallTalkDetector) Detect(s Situation) []conversation.Signal {
	on := s.judged()
	if on.Seq == 0 {
		return nil
	}
	for _, line := range s.fresh() {
		if !isSmallTalk(s.read(line.Text), d.languages) {
			return nil
		}
	}
	return []conversation.Signal{place(SignalSmallTalk, 1, on.Seq, s.read(on.Text).words)}
}

// isSmallTalk: every word is one of a greeting, thanks or assent, in a language
// that the line may be in, or in English, which people mix into all of them.
func isSmallTalk(r *reading, languages []*language) bool {
	for _, covered := range r.marks(spokenBy(languages, r.words), func(l *language) []*class { return []*class{l.courtesy} }) {
		if !covered {
			return false
		}
	}
	return true
}

// idle marks the words of a line that say nothing of what it is about: those of a
// greeting and of asking itself, and outside English, whose small words
// [meaningful] leaves out, the language's [filler].
func (r *reading) idle(languages []*language) []bool {
	spoken := spokenBy(languages, r.words)
	idle := r.marks(spoken, func(l *language) []*class { return []*class{l.courtesy, l.asking} })
	for i, l := range spoken {
		for at := range r.words {
			idle[at] = idle[at] || i > 0 && l.fills[r.words[at].text]
		}
	}
	return idle
}

// marks says of each word whether a class of one of the languages takes it, alone
// or in a phrase.
func (r *reading) marks(languages []*language, of func(*language) []*class) []bool {
	marked := make([]bool, len(r.words))
	for _, l := range languages {
		s := r.scan(l)
		for _, c := range of(l) {
			for i := range r.words {
				takes := s.takes(c, i)
				for n := 1; takes>>n != 0; n++ {
					if takes>>n&1 == 0 {
						continue
					}
					for at := i; at < i+n; at++ {
						marked[at] = true
					}
				}
			}
		}
	}
	return marked
}

// spokenBy are the languages that a line may be in, English always and first: it
// is mixed into all of them. They are all when nobody can tell.
func spokenBy(languages []*language, w []word) []*language {
	most, small := 0, make([]int, len(languages))
	for i, l := range languages {
		small[i] = l.small(w)
		most = max(most, small[i])
	}
	spoken := make([]*language, 0, len(languages))
	for i, l := range languages {
		if i == 0 || small[i] == most {
			spoken = append(spoken, l)
		}
	}
	return spoken
}
