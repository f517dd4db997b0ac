package handofftest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// shape does what an agent does with a line besides writing it plainly, and what
// Slack says of it:
//
//	agent maya me TEXT                (/me)
//	agent maya recites N              (one line of the words w1 & w2 & … wN)
//	agent maya broadcasts TEXT        (also sent to the channel)
//	agent maya marked EMOJI on TEXT   (the app's reaction stands on her line)
//	agent maya unmarked EMOJI on TEXT
func (s *story) shape(user string, c [2]string, verb string, rest []string) (acted bool, err error) {
	h, text := s.house, strings.Join(rest, " ")
	switch verb {
	case "me":
		_, err = h.Slack.Me(user, c[0], c[1], text)
		return true, err
	case "recites":
		_, err = h.Slack.Say(user, c[0], c[1], recital(text))
		return true, err
	case "broadcasts":
		_, err = h.Slack.Broadcast(user, c[0], c[1], text)
		return true, err
	case "marked", "unmarked":
		emoji, line, _ := strings.Cut(text, " on ")
		return true, h.until(verb+" "+text, func(st *fakeslack.State) bool {
			for _, m := range st.Thread(c[0], c[1]) {
				if m.User == user && strings.Contains(m.Visible(), line) {
					return (verb == "marked") == slices.ContainsFunc(m.Reactions, func(r fakeslack.Reaction) bool {
						return r.Name == emoji && slices.Contains(r.Users, fakeslack.SampleBotUser)
					})
				}
			}
			return false
		})
	}
	return false, nil
}

// recital is the line of n words.
func recital(n string) string {
	var out strings.Builder
	count, _ := strconv.Atoi(n) // none for what is no number
	for i := 1; i <= count; i++ {
		fmt.Fprintf(&out, " & w%d", i)
	}
	return strings.TrimPrefix(out.String(), " & ")
}

// emits sends the inner events of a file as they are, with $CHANNEL, $ROOT, $MAYA
// and $TS, now, filled in: slack emits FILE.
func emits(ts *testscript.TestScript, s *story, file string) error {
	c := s.cards[s.last]
	now := time.Now()
	raw := strings.NewReplacer("$CHANNEL", c[0], "$ROOT", c[1], "$MAYA", fakeslack.SampleMaya,
		"$TS", fmt.Sprintf("%d.%06d", now.Unix(), now.Nanosecond()/1000)).Replace(ts.ReadFile(file))
	dec := json.NewDecoder(strings.NewReader(raw))
	dec.UseNumber() // a ts is no fraction
	for {
		var event map[string]any
		err := dec.Decode(&event)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		s.house.Slack.Emit(event)
	}
}
