package fakeslack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// What stands in the inputs of an open modal. As in Slack, an update keeps what
// somebody has typed where the block id and the action id stay the same, and its
// initial_value counts only under new ones.

// Type types text into a text input of an open modal. What stood there is gone.
func (s *Server) Type(user, viewID, actionID, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.state.view(viewID)
	if v == nil || v.User != user {
		return refuse("not_found")
	}
	block, element := findElement(v.Blocks, "", actionID)
	if element == nil || element["type"] != "plain_text_input" {
		return refuse("no such input: " + actionID)
	}
	if v.held == nil {
		v.held = map[[2]string]string{}
	}
	v.held[[2]string{block, actionID}] = text
	s.touch()
	return nil
}

// Holds is what a text input of an open modal holds; ok is false when there is no
// such input.
func (st *State) Holds(viewID, actionID string) (text string, ok bool) {
	v := st.view(viewID)
	if v == nil {
		return "", false
	}
	block, element := findElement(v.Blocks, "", actionID)
	if element == nil {
		return "", false
	}
	_, fields := v.holds(block, actionID, element)
	text, _ = fields["value"].(string)
	return text, true
}

// holds is what an element holds: what was typed or kept, or else its initial value.
func (v *View) holds(block, action string, element map[string]any) (any, map[string]any) {
	text, ok := v.held[[2]string{block, action}]
	switch {
	case ok && text == "":
		return nil, nil
	case ok:
		return text, map[string]any{"value": text}
	}
	return initial(element)
}

// kept is what the inputs of v that n has, too, go on holding.
func (v *View) kept(n *View) map[[2]string]string {
	out := map[[2]string]string{}
	for _, b := range v.Blocks {
		element, _ := b["element"].(map[string]any)
		block, _ := b["block_id"].(string)
		action, _ := element["action_id"].(string)
		if element["type"] != "plain_text_input" {
			continue
		}
		for _, other := range n.Blocks {
			if same, _ := other["element"].(map[string]any); other["block_id"] == block && same["action_id"] == action {
				_, fields := v.holds(block, action, element)
				out[[2]string{block, action}], _ = fields["value"].(string)
			}
		}
	}
	return out
}

// external: the app gives the options when somebody types.
func (v *validator) external(path string, e map[string]any) {
	if e["options"] != nil || e["option_groups"] != nil {
		v.fault(path+"/options", "options are not allowed in an external_select")
	}
}

// Suggest types words into an external_select of an open modal and returns the
// values of the options that the app answers with. It waits for the answer.
func (s *Server) Suggest(ctx context.Context, user, viewID, actionID, text string) ([]string, error) {
	type answer struct {
		body json.RawMessage
		ok   bool
	}
	done := make(chan answer, 1)
	s.mu.Lock()
	v := s.state.view(viewID)
	if v == nil || v.User != user {
		s.mu.Unlock()
		return nil, refuse("not_found")
	}
	block, element := findElement(v.Blocks, "", actionID)
	if element == nil || element["type"] != "external_select" {
		s.mu.Unlock()
		return nil, refuse("no such list: " + actionID)
	}
	p := s.interaction(user, "block_suggestion", v.ID)
	delete(p, "trigger_id")
	p["action_id"], p["block_id"], p["value"] = actionID, block, text
	p["container"] = map[string]any{"type": "view", "view_id": v.ID}
	p["view"] = s.state.wireView(v, nil)
	s.interact("block_suggestion", p, func(body json.RawMessage, ok bool) { done <- answer{body, ok} })
	s.mu.Unlock()
	select {
	case a := <-done:
		if !a.ok {
			return nil, errors.New("the app did not answer in time")
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		return v.offer(actionID, a.body)
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the options: %w", ctx.Err())
	}
}

// offer checks the options of an answer and keeps them.
func (v *View) offer(actionID string, body json.RawMessage) ([]string, error) {
	var a struct {
		Options []any `json:"options"`
	}
	if err := json.Unmarshal(body, &a); err != nil || a.Options == nil {
		return nil, fmt.Errorf("the app's options are not valid: %s", body)
	}
	check := &validator{surface: "modal", elements: elementRules(), ids: map[string]bool{}, actions: map[string]bool{}}
	if len(a.Options) > 100 {
		check.fault("/options", "no more than %d items allowed", 100)
	}
	var values []string
	for i, o := range a.Options {
		check.option(fmt.Sprintf("/options/%d", i), o, "external_select")
		option, _ := o.(map[string]any)
		value, _ := option["value"].(string)
		values = append(values, value)
	}
	if len(check.problems) > 0 {
		return nil, fmt.Errorf("the app's options are not valid: %v", check.problems)
	}
	if v.offered == nil {
		v.offered = map[string][]any{}
	}
	v.offered[actionID] = a.Options
	return values, nil
}
