package conversation

import "testing"

func TestSwitchAndTranslate(t *testing.T) {
	maya := Author{Role: Agent, ID: "U1", Name: "Maya"}
	s := State{Mode: WithAgent, Seq: 9, Locale: "en", Translated: 7}
	apply := func(decide Decider) int {
		t.Helper()
		drafts, err := decide(s)
		if err != nil {
			t.Fatal(err)
		}
		var events []Event
		if s, events, err = Extend(s, "cnv_1", "", drafts, t0); err != nil {
			t.Fatal(err)
		}
		return len(events)
	}
	if n := apply(Translate(Translated{Of: 8, Text: "x"})); n != 0 {
		t.Errorf("%d events while it is off, want none", n)
	}
	if n := apply(Switch(maya, false)); n != 0 {
		t.Errorf("%d events for off when it is off, want none", n)
	}
	if n := apply(Switch(maya, true)); n != 1 || s.Translate.Seq != 10 || s.Translated != 0 {
		t.Errorf("%d events, state %+v %d; want it on from 10, nothing dealt with", n, s.Translate, s.Translated)
	}
	if got := s.Reads(); got != "en" {
		t.Errorf("she reads %q, want what the page names", got)
	}
	if n := apply(Translate(Translated{Of: 4, Locale: "es", Text: "Hello"}, Translated{Of: 99, Text: "from nowhere"})); n != 1 || s.Translated != 4 || s.Reads() != "es" {
		t.Errorf("%d events, through %d, she reads %q; want one, 4, es", n, s.Translated, s.Reads())
	}
	if n := apply(Translate(Translated{Of: 4, Text: "again"})); n != 0 {
		t.Errorf("a line was translated twice")
	}
	if n := apply(Switch(maya, false)); n != 1 || s.Translate.Seq != 0 {
		t.Errorf("%d events, %+v; want it off", n, s.Translate)
	}
}

func TestSameLanguage(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{{"en", "en-GB", true}, {"pt-BR", "pt_PT", true}, {"EN", "en", true}, {"en", "de", false}, {"", "", false}, {"en", "", false}} {
		if got := SameLanguage(c.a, c.b); got != c.want {
			t.Errorf("SameLanguage(%q, %q) = %v, want %v", c.a, c.b, got, c.want)
		}
	}
}
