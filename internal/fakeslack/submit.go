package fakeslack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// choose turns a value into the fields an element reports: the chosen option,
// user, channel, date or text.
func choose(element map[string]any, value string) (map[string]any, error) {
	kind, _ := element["type"].(string)
	switch kind {
	case "static_select", "radio_buttons", "overflow":
		o, err := findOption(element, value)
		return map[string]any{"selected_option": o}, err
	case "external_select":
		return map[string]any{"selected_option": map[string]any{"value": value, "text": map[string]any{"type": "plain_text", "text": value}}}, nil
	case "checkboxes", "multi_static_select":
		list := []any{}
		for _, v := range splitValues(value) {
			o, err := findOption(element, v)
			if err != nil {
				return nil, err
			}
			list = append(list, o)
		}
		return map[string]any{"selected_options": list}, nil
	case "users_select":
		return map[string]any{"selected_user": value}, nil
	case "multi_users_select":
		return map[string]any{"selected_users": splitValues(value)}, nil
	case "conversations_select":
		return map[string]any{"selected_conversation": value}, nil
	case "channels_select":
		return map[string]any{"selected_channel": value}, nil
	case "datepicker":
		return map[string]any{"selected_date": value}, nil
	case "timepicker":
		return map[string]any{"selected_time": value}, nil
	default:
		return map[string]any{"value": value}, nil
	}
}

func splitValues(value string) []string {
	if value == "" {
		return []string{}
	}
	return strings.Split(value, ",")
}

func findOption(element map[string]any, value string) (any, error) {
	options, _ := element["options"].([]any)
	groups, _ := element["option_groups"].([]any)
	for _, g := range groups {
		inner, _ := g.(map[string]any)["options"].([]any)
		options = append(options[:len(options):len(options)], inner...)
	}
	for _, o := range options {
		if m, ok := o.(map[string]any); ok && m["value"] == value {
			return o, nil
		}
	}
	return nil, refuse("no such option: " + value)
}

// initial is what an element holds before anybody touches it.
func initial(element map[string]any) (any, map[string]any) {
	fields := map[string]string{
		"initial_value": "value", "initial_option": "selected_option", "initial_options": "selected_options", "initial_user": "selected_user",
		"initial_users": "selected_users", "initial_conversation": "selected_conversation", "initial_channel": "selected_channel",
		"initial_date": "selected_date", "initial_time": "selected_time",
	}
	for from, to := range fields {
		if v, ok := element[from]; ok {
			return v, map[string]any{to: v}
		}
	}
	return nil, nil
}

// Submit fills a modal in and submits it. The keys of values are action ids or
// block ids; the values are as for Pick; inputs not named keep what they hold.
// It waits for the app and follows its answer: the modal closes, changes, or
// stays with the errors returned, by block id. Required inputs left empty are
// such errors and never reach the app.
func (s *Server) Submit(ctx context.Context, user, viewID string, values map[string]string) (problems map[string]string, err error) {
	type answer struct {
		problems map[string]string
		err      error
	}
	done := make(chan answer, 1)
	s.mu.Lock()
	v := s.state.view(viewID)
	if v == nil || v.User != user || v.Type != "modal" {
		s.mu.Unlock()
		return nil, refuse("not_found")
	}
	state, problems, err := fill(v, values)
	if err != nil || len(problems) > 0 {
		s.mu.Unlock()
		return problems, err
	}
	p := s.interaction(user, "view_submission", v.ID)
	p["view"] = s.state.wireView(v, state)
	p["response_urls"] = []any{}
	s.interact("view_submission", p, func(body json.RawMessage, ok bool) {
		problems, err := s.submitted(v, body, ok)
		done <- answer{problems, err}
	})
	s.mu.Unlock()
	select {
	case a := <-done:
		return a.problems, a.err
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the app to answer the submission: %w", ctx.Err())
	}
}

// fill builds state.values and finds what is missing.
func fill(v *View, values map[string]string) (state map[string]any, problems map[string]string, err error) {
	state, problems = map[string]any{}, map[string]string{}
	used := 0
	for _, b := range v.Blocks {
		element, ok := b["element"].(map[string]any)
		if b["type"] != "input" || !ok {
			continue
		}
		block, _ := b["block_id"].(string)
		action, _ := element["action_id"].(string)
		value, given := values[action]
		if !given {
			value, given = values[block]
		}
		held, fields := v.holds(block, action, element)
		empty := held == nil
		if given {
			used++
			empty = value == ""
			if fields, err = choose(element, value); err != nil && !empty {
				return nil, nil, err
			}
		}
		if problem := inputProblem(element, fields, empty, b["optional"] == true); problem != "" {
			problems[block] = problem
		}
		row := map[string]any{"type": element["type"]}
		if !empty {
			for k, f := range fields {
				row[k] = f
			}
		}
		state[block] = map[string]any{action: row}
	}
	if used < len(values) {
		return nil, nil, errors.New("a value names no input of the modal")
	}
	return state, problems, nil
}

func inputProblem(element, fields map[string]any, empty, optional bool) string {
	text, _ := fields["value"].(string)
	most, _ := element["max_length"].(float64)
	least, _ := element["min_length"].(float64)
	switch n := utf8.RuneCountInString(text); {
	case empty && !optional:
		return "Please complete this required field."
	case most > 0 && n > int(most):
		return fmt.Sprintf("Use at most %d characters.", int(most))
	case !empty && n < int(least):
		return fmt.Sprintf("Use at least %d characters.", int(least))
	default:
		return ""
	}
}

// submitted follows the app's answer. The caller holds mu.
func (s *Server) submitted(v *View, body json.RawMessage, ok bool) (map[string]string, error) {
	if !ok {
		s.tell(v.User, "We had trouble connecting. Try again?")
		return nil, errors.New("the app did not answer the submission in time")
	}
	var a struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if len(strings.TrimSpace(string(body))) > 0 {
		if err := json.Unmarshal(body, &a); err != nil {
			return nil, fmt.Errorf("the app's answer to the submission is not valid: %w", err)
		}
	}
	st := s.state
	switch a.Action {
	case "":
		st.closeView(v)
	case "errors":
		return a.Errors, knownBlocks(v, a.Errors)
	case "clear":
		st.views = filter(st.views, func(o *View) bool { return o.User != v.User })
	case "update", "push":
		next, err := st.readView(string(a.View), v.User, "modal")
		if err != nil {
			return nil, fmt.Errorf("the app answered with a view that is not valid: %w", err)
		}
		if a.Action == "push" {
			return nil, st.pushView(next, v)
		}
		v.replace(next)
	default:
		return nil, fmt.Errorf("the app answered with the unknown response_action %q", a.Action)
	}
	return nil, nil
}

// knownBlocks refuses errors that name no input of the view.
func knownBlocks(v *View, problems map[string]string) error {
	for id := range problems {
		if !slices.ContainsFunc(v.Blocks, func(b Block) bool { return b["block_id"] == id && b["type"] == "input" }) {
			return fmt.Errorf("the app's errors name %q, which is no input of the modal", id)
		}
	}
	return nil
}

func (st *State) closeView(v *View) {
	st.views = filter(st.views, func(o *View) bool { return o != v })
}

// CloseView dismisses a modal; the app hears of it if it asked to.
func (s *Server) CloseView(user, viewID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.state.view(viewID)
	if v == nil || v.User != user || v.Type != "modal" {
		return refuse("not_found")
	}
	s.state.closeView(v)
	if v.NotifyOnClose {
		p := s.interaction(user, "view_closed", v.ID)
		delete(p, "trigger_id")
		p["view"] = s.state.wireView(v, nil)
		p["is_cleared"] = false
		s.interact("view_closed", p, nil)
	}
	s.touch()
	return nil
}
