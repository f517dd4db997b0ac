package handofftest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// marks is what an agent does inside an open modal:
//
//	agent maya modal-presses LABEL     (a button of the topmost one)
//	agent maya thread-presses TEXT with LABEL  (a button of a post of ours in the thread)
//	agent maya modal-without TEXT      (the topmost one shows no TEXT any more)
func (s *story) marks(user string, c [2]string, verb, text string) error {
	h := s.house
	switch verb {
	case "modal-presses":
		return h.pressModal(user, text)
	case "thread-presses":
		what, label, _ := strings.Cut(text, " with ")
		return h.pressInThread(user, c, what, label)
	case "modal-without":
		return h.until(fmt.Sprintf("a modal without %q", text), func(st *fakeslack.State) bool {
			views := st.Views(user)
			return len(views) > 0 && !strings.Contains(views[len(views)-1].Visible(), text)
		})
	}
	return fmt.Errorf("unknown verb %q", verb)
}

// pressModal presses the first button with this label in the topmost modal, once
// it is there.
func (h *House) pressModal(user, label string) error {
	var view, action string
	if err := h.until("the button "+label+" in a modal", func(st *fakeslack.State) bool {
		views := st.Views(user)
		if len(views) == 0 {
			return false
		}
		top := views[len(views)-1]
		found, err := ActionOf(fakeslack.Message{Blocks: top.Blocks}, label)
		view, action = top.ID, found
		return err == nil
	}); err != nil {
		return err
	}
	return h.Slack.PressIn(user, view, action, "")
}

// pressInThread presses a button of the post in the thread that shows text.
func (h *House) pressInThread(user string, c [2]string, text, label string) error {
	var ts, action string
	if err := h.until(fmt.Sprintf("the button %s below %q", label, text), func(st *fakeslack.State) bool {
		for _, m := range st.Thread(c[0], c[1]) {
			if found, err := ActionOf(m, label); err == nil && strings.Contains(m.Visible(), text) {
				ts, action = m.TS, found
			}
		}
		return ts != ""
	}); err != nil {
		return err
	}
	return h.Slack.Press(user, c[0], ts, action)
}

// learnedFile is about the file of learned answers:
//
//	learned once TEXT                 (it holds TEXT, soon, and once)
//	learned never TEXT                (it does not hold TEXT)
//	learned edit TEXT to TEXT         (somebody edits it)
//	learned link | unlink             (somebody puts a link in its place; takes it away)
//	learned answers QUESTION from TITLE  (a new visitor is answered from it, soon)
func learnedFile(_ *testscript.TestScript, s *story, args []string) error {
	if err := need(args, 1, "learned VERB TEXT"); err != nil {
		return err
	}
	path, text := filepath.Join(s.house.Dir, "learned.md"), strings.Join(args[1:], " ")
	holds := func() string {
		data, _ := os.ReadFile(path) // it may not be there yet
		return string(data)
	}
	switch args[0] {
	case "once":
		return patiently("the file of learned answers", func() bool { return strings.Count(holds(), text) == 1 }, holds)
	case "never":
		if strings.Contains(holds(), text) {
			return fmt.Errorf("it holds %q:\n%s", text, holds())
		}
		return nil
	case "edit":
		from, to, _ := strings.Cut(text, " to ")
		return os.WriteFile(path, []byte(strings.ReplaceAll(holds(), from, to)), 0o600)
	case "link":
		if err := os.WriteFile(path+".elsewhere", nil, 0o600); err != nil {
			return err
		}
		return os.Symlink(path+".elsewhere", path)
	case "unlink":
		return os.Remove(path)
	case "answers":
		question, title, _ := strings.Cut(text, " from ")
		return patiently("an answer from "+title, func() bool {
			v := NewVisitor(s.house.tb, s.house.URL, Key, Origin)
			v.Say("learned-1", question)
			if err := v.wait(func(items []Item) bool { return spokenTo(items, question) }, Patience); err != nil {
				return false
			}
			return slices.ContainsFunc(v.Items(), func(i Item) bool { return cites(i, title) })
		}, holds)
	}
	return fmt.Errorf("unknown verb %q", args[0])
}

// learns scripts what the model writes from a closed thread. It names the visitor's
// first line as the question's, and all lines of agents as the answer's.
func learns(question, answer string) llmtest.Step {
	return llmtest.Step{Shape: "learned", Times: -1, Reply: llmtest.Reply{Write: func(r llmtest.Request) string {
		wrote := map[string]any{"question": question, "answer": answer, "question_line": 0, "answer_lines": []int{}}
		for said := range strings.Lines(r.LastUser()) {
			var line struct {
				Line int    `json:"line"`
				From string `json:"from"`
			}
			if json.Unmarshal([]byte(said), &line) != nil {
				continue
			}
			if line.From == "colleague" {
				wrote["answer_lines"] = append(wrote["answer_lines"].([]int), line.Line)
			} else if wrote["question_line"] == 0 {
				wrote["question_line"] = line.Line
			}
		}
		raw, _ := json.Marshal(wrote) // texts and numbers
		return string(raw)
	}}}
}

// patiently waits until something holds.
func patiently(what string, holds func() bool, shows func() string) error {
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if holds() {
			return nil
		}
	}
	return errors.New(what + " never came; it holds:\n" + shows())
}
