package fakeslack

import "context"

// Touch is one use of an element of a view, as a person's client tells it.
type Touch struct {
	// Block names the block when several have an element of that action id; empty
	// takes the first.
	Block, Action string
	// Value is as for Pick; of a button it is its value, by which a press is known
	// when the view was drawn again in between and its blocks have new ids.
	Value string
	// Values are what the inputs of the view hold by then, by block id or action
	// id; inputs not named hold what the app gave them.
	Values map[string]string
}

// PressIn uses an interactive element of an open modal or of the user's Home
// tab. An empty viewID means the Home tab.
func (s *Server) PressIn(user, viewID, actionID, value string) error {
	return s.TouchIn(user, viewID, Touch{Action: actionID, Value: value})
}

// TouchIn is PressIn with all that a client knows. An input tells the app only
// when it has dispatch_action.
func (s *Server) TouchIn(user, viewID string, t Touch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.state.view(viewID)
	if viewID == "" {
		v = s.state.homes[user]
	}
	if v == nil || v.User != user {
		return refuse("not_found")
	}
	t.Block = v.stands(t)
	if err := v.offers(t); err != nil {
		return err
	}
	action, err := s.actionAt(v.Blocks, t.Block, t.Action, t.Value)
	if err != nil {
		return err
	}
	if silent(v.Blocks, action["block_id"]) {
		return refuse("the input " + t.Action + " has no dispatch_action and tells the app nothing")
	}
	p := s.interaction(user, "block_actions", v.ID)
	p["actions"] = []any{action}
	p["container"] = map[string]any{"type": "view", "view_id": v.ID}
	held, _, err := fill(v, t.Values) // gaps are no matter yet
	if err != nil {
		return err
	}
	p["view"] = s.state.wireView(v, held)
	s.interact("block_actions", p, nil)
	return nil
}

// stands names the block of what was used, as the view stands now.
func (v *View) stands(t Touch) string {
	if _, element := findElement(v.Blocks, t.Block, t.Action); element != nil || t.Block == "" {
		return t.Block
	}
	for _, b := range v.Blocks {
		id, element := findElement([]Block{b}, "", t.Action)
		if element["type"] == "button" && element["value"] == t.Value {
			return id
		}
	}
	return t.Block
}

// offers refuses a choice that the app has not offered.
func (v *View) offers(t Touch) error {
	_, element := findElement(v.Blocks, t.Block, t.Action)
	if element["type"] != "external_select" {
		return nil
	}
	_, err := findOption(map[string]any{"options": v.offered[t.Action]}, t.Value)
	return err
}

// suggest is Suggest for the page, which shows the options that were offered.
func (s *Server) suggest(ctx context.Context, d deed) ([]any, error) {
	if _, err := s.Suggest(ctx, d.User, d.View, d.Action, d.Text); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.state.view(d.View)
	if v == nil {
		return nil, refuse("not_found")
	}
	return v.offered[d.Action], nil
}

// silent says that the block is an input which tells nothing before it is
// submitted.
func silent(blocks []Block, id any) bool {
	for _, b := range blocks {
		if b["block_id"] == id {
			return b["type"] == "input" && b["dispatch_action"] != true
		}
	}
	return false
}
