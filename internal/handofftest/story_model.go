package handofftest

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/handoff-bot/handoff/llm/llmtest"
)

// model scripts the model; each call replaces what was scripted before:
//
//	model says TEXT                   (to everything)
//	model slowly TEXT                 (a chunk every 50 ms)
//	model fails STATUS
//	model hands-off REASON            (calls request_handoff)
//	model briefs JSON                 (besides: the summary for the agents)
//	model triages JSON                (besides: what the triage model says)
//	model triage fails STATUS         (besides)
//	model triage hangs                (besides)
//	model drafts TEXT                 (besides: for agents)
//	model translates to_team LOCALE TEXT… | to_visitor TEXT  (besides)
//	model learns QUESTION and ANSWER  (besides: from a closed thread, as out of the agents' lines)
//	model fills SHAPE hangs | slowly JSON | fails STATUS | nonsense TEXT  (besides)
//	model asked                       (it has been called at all)
func model(_ *testscript.TestScript, s *story, args []string) error {
	if err := need(args, 1, "model VERB …"); err != nil {
		return err
	}
	m, text := s.house.Model, strings.Join(args[1:], " ")
	switch args[0] {
	case "says":
		m.Script(llmtest.Say(text))
	case "slowly":
		m.Script(llmtest.Step{Times: -1, Reply: llmtest.Reply{Text: text, Delay: 50 * time.Millisecond}})
	case "fails":
		status, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		m.Script(llmtest.Fail(status))
	case "hands-off":
		m.Script(llmtest.Step{Times: -1, Reply: llmtest.Reply{Tools: []llmtest.ToolCall{
			{Name: "request_handoff", Arguments: fmt.Sprintf(`{"reason":%q}`, text)},
		}}})
	case "briefs":
		m.Add(llmtest.Fill("brief", text))
	case "triages":
		m.Add(llmtest.Fill("triage", text))
	case "drafts":
		m.Add(llmtest.Fill("suggestion", fmt.Sprintf(`{"reply":%q}`, text)))
	case "learns":
		question, answer, _ := strings.Cut(text, " and ")
		m.Add(learns(question, answer))
	case "translates":
		return translates(m, args[1:])
	case "fills":
		return fills(m, args[1:])
	case "triage":
		return triageFails(m, args[1:])
	case "asked":
		if len(m.Requests()) == 0 {
			return fmt.Errorf("the model was not asked")
		}
	default:
		return fmt.Errorf("unknown verb %q", args[0])
	}
	return nil
}

// translates scripts a translation: of the visitor's lines, one text for each, or of
// an agent's.
func translates(m *llmtest.Server, args []string) error {
	if err := need(args, 2, "model translates to_team LOCALE TEXT… | to_visitor TEXT"); err != nil {
		return err
	}
	answer := map[string]any{"text": strings.Join(args[1:], " ")}
	if args[0] == "to_team" {
		answer = map[string]any{"language": args[1], "lines": args[2:]}
	}
	raw, err := json.Marshal(answer)
	if err == nil {
		m.Add(llmtest.Fill(args[0], string(raw)))
	}
	return err
}

// fills scripts how the model fills a form in, or does not.
func fills(m *llmtest.Server, args []string) error {
	if err := need(args, 2, "model fills SHAPE hangs | slowly JSON | fails STATUS | nonsense TEXT"); err != nil {
		return err
	}
	step, text := llmtest.Step{Shape: args[0], Times: -1}, strings.Join(args[2:], " ")
	switch args[1] {
	case "hangs":
		step.Reply.HangFirst = true
	case "slowly":
		step.Reply.Text, step.Reply.Delay = text, 400*time.Millisecond
	case "nonsense":
		step.Reply.Text = text
	case "fails":
		status, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		step.Reply.Status = status
	default:
		return fmt.Errorf("unknown way to fill %q in: %s", args[0], args[1])
	}
	m.Add(step)
	return nil
}

// triageFails scripts what goes wrong with the triage model.
func triageFails(m *llmtest.Server, args []string) error {
	step := llmtest.Step{Shape: "triage", Times: -1}
	switch {
	case len(args) == 1 && args[0] == "hangs":
		step.Reply.HangFirst = true
	case len(args) == 2 && args[0] == "fails":
		status, err := strconv.Atoi(args[1])
		if err != nil {
			return err
		}
		step.Reply.Status = status
	default:
		return fmt.Errorf("model triage fails STATUS, or model triage hangs")
	}
	m.Add(step)
	return nil
}

// readOptional reads a file of the script, if it has it.
func readOptional(ts *testscript.TestScript, name string) (string, error) {
	raw, err := os.ReadFile(ts.MkAbs(name))
	return string(raw), err
}
