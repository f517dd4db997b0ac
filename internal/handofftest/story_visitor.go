package handofftest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// visitor is what a visitor does and sees:
//
//	visitor anna opens [KEY]          (the site of that widget key)
//	visitor anna says TEXT
//	visitor anna repeats              (the last line, with its client id)
//	visitor anna presses human|stop|cancel|close
//	visitor anna gives EMAIL
//	visitor anna proves               (types the code of the last mail)
//	visitor anna mails [STATUS]       (has what was said mailed to her; with a status that is refused)
//	visitor anna rates N
//	visitor anna looks                (she has read everything so far)
//	visitor anna sees WHO TEXT        (WHO: bot, visitor, system, an agent's name)
//	visitor anna phase PHASE
//	visitor anna offered              (the last bot line offers a person)
//	visitor anna answered             (somebody has spoken since her last line, or she waits)
//	visitor anna cites TITLE
//	visitor anna drafted TEXT         (a draft has shown TEXT)
//	visitor anna leaves | returns
//	visitor phone resumes             (another device, by the link of the last mail)
//	visitor anna reads FILE           (the whole chat equals the file)
//	visitor anna never TEXT           (no line and no draft contains TEXT)
//	visitor anna refused CODE TEXT    (a line is refused with this status)
func visitor(ts *testscript.TestScript, s *story, args []string) error {
	if err := need(args, 2, "visitor NAME VERB …"); err != nil {
		return err
	}
	name, verb, rest := args[0], args[1], args[2:]
	s.last = name
	if verb == "opens" {
		key := Key
		if len(rest) > 0 {
			key = rest[0]
		}
		s.visitors[name] = NewVisitor(s.house.tb, s.house.URL, key, Origin)
		return nil
	}
	if verb == "resumes" {
		_, link, _ := strings.Cut(s.letter.Text, "/resume#")
		code, _, _ := strings.Cut(link, "\n")
		s.visitors[name] = s.house.Resume(strings.TrimSpace(code))
		return nil
	}
	v := s.visitors[name]
	if v == nil {
		return fmt.Errorf("%s has not opened a chat", name)
	}
	for _, act := range []func(*Visitor, string, []string) (bool, error){s.visitorActs, s.visitorFiles} {
		if acted, err := act(v, verb, rest); acted || err != nil {
			return err
		}
	}
	if verb == "answered" {
		rest = []string{s.said}
	}
	return visitorSees(ts, v, verb, rest)
}

func (s *story) visitorActs(v *Visitor, verb string, rest []string) (acted bool, err error) {
	arg := strings.Join(rest, " ")
	switch verb {
	case "says":
		s.lines++
		s.said = arg
		v.Say("line-"+strconv.Itoa(s.lines), arg)
	case "presses":
		return true, press(v, arg)
	case "gives":
		v.Post("contact", map[string]any{"email": arg})
	case "proves":
		digits, _, _ := strings.Cut(s.letter.Subject, " ")
		v.Post("contact/verify", map[string]any{"code": digits})
	case "mails":
		status, err := v.Try("transcript", map[string]any{})
		if want := cmp.Or(arg, "202"); strconv.Itoa(status) != want {
			return true, fmt.Errorf("status %d (%w)", status, err)
		}
	case "rates":
		score, err := strconv.Atoi(arg)
		if err != nil {
			return true, err
		}
		v.Post("rating", map[string]any{"score": score})
	case "looks":
		v.Post("read", map[string]any{"seq": v.last()})
	case "repeats":
		v.Say("line-"+strconv.Itoa(s.lines), s.said)
	case "leaves":
		v.Leave()
	case "returns":
		v.Return()
	default:
		return false, nil
	}
	return true, nil
}

func press(v *Visitor, button string) error {
	path := map[string]string{"human": "escalate", "cancel": "escalate/cancel", "stop": "stop", "close": "close"}[button]
	if path == "" {
		return fmt.Errorf("unknown button %q", button)
	}
	v.Post(path, map[string]any{})
	return nil
}

func visitorSees(ts *testscript.TestScript, v *Visitor, verb string, rest []string) error {
	arg := strings.Join(rest, " ")
	var ok func([]Item) bool
	switch verb {
	case "sees":
		who, text := rest[0], strings.Join(rest[1:], " ")
		ok = func(items []Item) bool { return Sees(items, who, text) }
	case "phase":
		ok = func(items []Item) bool { return Phase(items) == arg }
	case "offered":
		ok = func(items []Item) bool { return slices.ContainsFunc(items, func(i Item) bool { return i.Offer }) }
	case "answered":
		ok = func(items []Item) bool { return spokenTo(items, arg) || Phase(items) != "bot" }
	case "cites":
		ok = func(items []Item) bool { return slices.ContainsFunc(items, func(i Item) bool { return cites(i, arg) }) }
	case "reads":
		want := ts.ReadFile(arg)
		ok = func([]Item) bool { return v.Transcript() == want }
	case "drafted":
		ok = func([]Item) bool { return strings.Contains(strings.Join(v.Drafts(), ""), arg) }
	case "never":
		return never(v, arg)
	case "refused":
		status, err := v.Try("messages", map[string]any{"client_id": "refused", "text": strings.Join(rest[1:], " ")})
		if strconv.Itoa(status) != rest[0] {
			return fmt.Errorf("status %d (%w)", status, err)
		}
		return nil
	default:
		return fmt.Errorf("unknown verb %q", verb)
	}
	if err := v.wait(ok, Patience); err != nil {
		return fmt.Errorf("%w; the chat (phase %s):\n%s", err, Phase(v.Items()), v.Transcript())
	}
	return nil
}

// spokenTo says that somebody has spoken since the visitor said text.
func spokenTo(items []Item, text string) bool {
	lines := Lines(items)
	for i, l := range slices.Backward(lines) {
		if l.Role == "visitor" {
			return l.Text == text && i < len(lines)-1
		}
	}
	return false
}

func cites(i Item, title string) bool {
	for _, source := range i.Sources {
		if strings.Contains(source.Title, title) {
			return true
		}
	}
	return false
}

func never(v *Visitor, text string) error {
	for _, i := range v.Items() {
		if strings.Contains(i.Text, text) {
			return fmt.Errorf("she has read it:\n%s", v.Transcript())
		}
	}
	for _, d := range v.Drafts() {
		if strings.Contains(d, text) {
			return fmt.Errorf("a draft showed it: %s", d)
		}
	}
	return nil
}
