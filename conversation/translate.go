package conversation

import "strings"

// The machine translation between a visitor and the agents.

type (
	// Translating says that an agent has switched the translation on or off.
	Translating struct {
		Agent Staff `json:"agent" log:"fact"`
		On    bool  `json:"on,omitempty" log:"fact"`
	}

	// Translated is the visitor's line Of in the agents' language, by a machine.
	// Locale is the language she wrote in, as the machine says, "" when it did not.
	// Text is empty when the line is in the agents' language already, and when it
	// could not be translated, which Failed says of all lines up to Of. Late says that
	// it was tried again, after a later line.
	Translated struct {
		Of     Seq    `json:"of" log:"fact"`
		Locale string `json:"locale,omitempty" log:"fact"`
		Failed bool   `json:"failed,omitempty" log:"fact"`
		Late   bool   `json:"late,omitempty" log:"fact"`
		Text   string `json:"text,omitempty"`
	}
)

func (Translating) kind() Kind { return KindTranslating }
func (Translated) kind() Kind  { return KindTranslated }

// translates folds the two.
func (s State) translates(e Event) State {
	switch b := e.Body.(type) {
	case Translating:
		s.Translate, s.Translated, s.Untranslated = Mark{}, 0, Untranslated{}
		if b.On {
			s.Translate = Mark{e.Seq, e.At}
		}
	case Translated:
		s.Untranslated = s.untranslated(b)
		s.Translated = max(s.Translated, b.Of)
		if b.Locale != "" {
			s.Speaks = b.Locale
		}
	}
	return s
}

// Untranslated are the visitor's lines that a machine has failed to translate: those
// in [From, To], From is zero for none. Again says that a later line could be
// translated, so that they are worth another try: each gets one.
type Untranslated struct {
	From  Seq  `json:"from,omitempty"`
	To    Seq  `json:"to,omitempty"`
	Again bool `json:"again,omitempty"`
}

func (s State) untranslated(b Translated) Untranslated {
	now := s.Untranslated
	switch {
	case b.Late:
		return Untranslated{}
	case b.Failed && now.From == 0:
		return Untranslated{From: s.Translated + 1, To: b.Of}
	case b.Failed:
		now.To, now.Again = b.Of, false
	default:
		now.Again = now.From != 0
	}
	return now
}

// Switch turns the translation on or off. What is so already stays so.
func Switch(by Author, on bool) Decider {
	return func(s State) ([]Draft, error) {
		if on == (s.Translate.Seq != 0) {
			return nil, nil
		}
		return []Draft{by.acts(Translating{Agent: by.staff(), On: on})}, nil
	}
}

// Translate appends translations of the visitor's lines, but for those of lines
// that were dealt with meanwhile, and nothing when it was switched off.
func Translate(done ...Translated) Decider {
	return func(s State) ([]Draft, error) {
		if s.Translate.Seq == 0 {
			return nil, nil
		}
		var out []Draft
		for _, t := range done {
			if t.Of > s.Translated && t.Of <= s.Seq || t.Late && s.Untranslated.Again {
				out = append(out, Draft{Author: Author{Role: System}, Source: FromBot, Body: t})
			}
		}
		return out, nil
	}
}

// Reads is the language in which the visitor reads agents: what she writes, else
// what her page names, "" when neither is known.
func (s State) Reads() string {
	if s.Speaks != "" {
		return s.Speaks
	}
	return s.Locale
}

// SameLanguage says that two locales are of one language. An empty one is of none.
func SameLanguage(a, b string) bool {
	language := func(l string) string { return strings.Split(canonical(l), "-")[0] }
	return a != "" && b != "" && language(a) == language(b)
}
