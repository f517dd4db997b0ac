package handofftest

import (
	"fmt"
	"strings"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// ruleLine says that a post is the line of a rule with "do: notify".
func ruleLine(m fakeslack.Message) bool { return strings.HasPrefix(m.Visible(), "👀 ") }

// ruleLines is what stands in the channels for rules with "do: notify":
//
//	slack line VISITOR RULE [TEXT…]   (it stands once, and shows TEXT; presses go to it)
//	slack lines TEXT N                (exactly N lines of rules show TEXT)
func (s *story) ruleLines(args []string) (known bool, err error) {
	switch {
	case args[0] == "line" && len(args) > 2:
		v := s.visitors[args[1]]
		var found []fakeslack.Message
		err := s.house.until(fmt.Sprintf("a line of %s with %q", args[2], args[3:]), func(st *fakeslack.State) bool {
			found = linesIn(st, args[2], v.Reference)
			for _, text := range args[3:] {
				if len(found) == 0 || !strings.Contains(found[0].Visible(), text) {
					return false
				}
			}
			return len(found) > 0
		})
		if err == nil && len(found) > 1 {
			err = fmt.Errorf("%d lines of %s stand there", len(found), args[2])
		}
		if err == nil {
			s.last = args[1] + "/line"
			s.cards[s.last] = [2]string{found[0].Channel, found[0].TS}
		}
		return true, err
	case args[0] == "lines" && len(args) > 2:
		n := 0
		err := s.house.until(fmt.Sprintf("%s lines with %q", args[2], args[1]), func(st *fakeslack.State) bool {
			n = len(linesIn(st, args[1]))
			return fmt.Sprint(n) == args[2]
		})
		return true, err
	}
	return false, nil
}

func linesIn(st *fakeslack.State, texts ...string) (out []fakeslack.Message) {
	for _, c := range channels {
		for _, m := range st.History(c) {
			all := ruleLine(m)
			for _, text := range texts {
				all = all && strings.Contains(m.Visible(), text)
			}
			if all {
				out = append(out, m)
			}
		}
	}
	return out
}
