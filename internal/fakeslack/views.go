package fakeslack

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// sentView is a view as the app sends it.
type sentView struct {
	Type            string          `json:"type"`
	Title           *sentText       `json:"title"`
	Submit          *sentText       `json:"submit"`
	Close           *sentText       `json:"close"`
	Blocks          json.RawMessage `json:"blocks"`
	CallbackID      string          `json:"callback_id"`
	ExternalID      string          `json:"external_id"`
	PrivateMetadata string          `json:"private_metadata"`
	NotifyOnClose   bool            `json:"notify_on_close"`
	ClearOnClose    bool            `json:"clear_on_close"`
}

type sentText struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

func (t *sentText) text() string {
	if t == nil {
		return ""
	}
	return t.Text
}

// readView checks a view and makes it ready to be shown to user.
func (st *State) readView(raw, user, kind string) (*View, error) {
	if len(raw) > maxViewBytes {
		return nil, refuse("view_too_large")
	}
	var sent sentView
	if err := json.Unmarshal([]byte(raw), &sent); err != nil || raw == "" {
		return nil, invalidView("view is not a valid object")
	}
	if problem := sent.check(kind); problem != "" {
		return nil, invalidView(problem)
	}
	blocks, err := parseBlocks(string(sent.Blocks), kind, func() string { return strings.ToLower(st.newID("")) })
	if err != nil {
		return nil, err
	}
	if kind == "modal" && sent.Submit == nil && hasInput(blocks) {
		return nil, invalidView("[ERROR] submit is required when an input block is in blocks [json-pointer:/view]")
	}
	for _, v := range st.views {
		if sent.ExternalID != "" && v.ExternalID == sent.ExternalID {
			return nil, refuse("duplicate_external_id")
		}
	}
	v := &View{ID: st.newID("V"), User: user, Type: kind, CallbackID: sent.CallbackID, ExternalID: sent.ExternalID, PrivateMetadata: sent.PrivateMetadata,
		NotifyOnClose: sent.NotifyOnClose, ClearOnClose: sent.ClearOnClose, Title: sent.Title.text(), Submit: sent.Submit.text(), Close: sent.Close.text(), Blocks: blocks}
	v.RootID, v.Hash = v.ID, st.newHash()
	return v, nil
}

func (st *State) newHash() string { return st.nextTS() + "." + strings.ToLower(st.newID("")) }

func invalidView(problem string) error {
	return &apiError{code: "invalid_arguments", extra: reply{"response_metadata": reply{"messages": []string{problem}}}}
}

func (v *sentView) check(kind string) string {
	limits := []struct {
		name, value string
		limit       int
	}{
		{"title", v.Title.text(), 24}, {"submit", v.Submit.text(), 24}, {"close", v.Close.text(), 24}, {"callback_id", v.CallbackID, 255},
		{"external_id", v.ExternalID, 255}, {"private_metadata", v.PrivateMetadata, 3000},
	}
	for _, l := range limits {
		if utf8.RuneCountInString(l.value) > l.limit {
			return "[ERROR] " + l.name + " is too long [json-pointer:/view/" + l.name + "]"
		}
	}
	for name, t := range map[string]*sentText{"title": v.Title, "submit": v.Submit, "close": v.Close} {
		if t != nil && (t.Type != "plain_text" || t.Text == "") {
			return "[ERROR] " + name + " must be plain_text and not empty [json-pointer:/view/" + name + "]"
		}
	}
	switch {
	case v.Type != kind:
		return "[ERROR] type must be " + kind + " [json-pointer:/view/type]"
	case kind == "modal" && v.Title == nil:
		return "[ERROR] missing required field: title [json-pointer:/view]"
	case len(v.Blocks) == 0 || string(v.Blocks) == "null":
		return "[ERROR] missing required field: blocks [json-pointer:/view]"
	}
	return ""
}

func hasInput(blocks []Block) bool {
	for _, b := range blocks {
		if b["type"] == "input" {
			return true
		}
	}
	return false
}

// spend uses a trigger up.
func (c *call) spend() (*trigger, error) {
	t := c.triggers[c.args["trigger_id"]]
	switch {
	case t == nil:
		return nil, refuse("invalid_trigger_id")
	case t.used:
		return nil, refuse("exchanged_trigger_id")
	case c.opts.Now().After(t.expires):
		return nil, refuse("expired_trigger_id")
	}
	t.used = true
	return t, nil
}

func (c *call) viewOpen() (reply, error) {
	t, err := c.spend()
	if err != nil {
		return nil, err
	}
	v, err := c.readView(c.args["view"], t.user, "modal")
	if err != nil {
		return nil, err
	}
	// A new modal takes the place of the app's open ones.
	c.views = filter(c.views, func(o *View) bool { return o.User != t.user })
	c.views = append(c.views, v)
	return reply{"view": c.wireView(v, nil)}, nil
}

func (c *call) viewPush() (reply, error) {
	t, err := c.spend()
	if err != nil {
		return nil, err
	}
	below := c.view(t.view)
	if below == nil {
		return nil, refuse("no_view_to_push_on")
	}
	v, err := c.readView(c.args["view"], t.user, "modal")
	if err != nil {
		return nil, err
	}
	if err := c.pushView(v, below); err != nil {
		return nil, err
	}
	return reply{"view": c.wireView(v, nil)}, nil
}

// pushView puts v on top of below, three views at most.
func (st *State) pushView(v, below *View) error {
	if len(filter(st.views, func(o *View) bool { return o.User == v.User })) >= 3 {
		return refuse("push_limit_reached")
	}
	v.RootID, v.PreviousID = below.RootID, below.ID
	st.views = append(st.views, v)
	return nil
}

func (c *call) viewUpdate() (reply, error) {
	old := c.view(c.args["view_id"])
	if ext := c.args["external_id"]; old == nil && ext != "" {
		for _, v := range c.views {
			if v.ExternalID == ext {
				old = v
			}
		}
	}
	if old == nil {
		return nil, refuse("not_found")
	}
	if h := c.args["hash"]; h != "" && h != old.Hash {
		return nil, refuse("hash_conflict")
	}
	kind := old.Type
	held := old.ExternalID
	old.ExternalID = "" // its own id is no duplicate
	v, err := c.readView(c.args["view"], old.User, kind)
	old.ExternalID = held
	if err != nil {
		return nil, err
	}
	old.replace(v)
	return reply{"view": c.wireView(old, nil)}, nil
}

// replace takes over the content of v and keeps the identity.
func (v *View) replace(n *View) {
	id, root, previous, held := v.ID, v.RootID, v.PreviousID, v.kept(n)
	*v = *n
	v.ID, v.RootID, v.PreviousID, v.held = id, root, previous, held
}

func (c *call) viewPublish() (reply, error) {
	user := c.args["user_id"]
	if c.users[user] == nil || c.users[user].Bot {
		return nil, refuse("user_not_found")
	}
	old := c.homes[user]
	if h := c.args["hash"]; h != "" && (old == nil || h != old.Hash) {
		return nil, refuse("hash_conflict")
	}
	v, err := c.readView(c.args["view"], user, "home")
	if err != nil {
		return nil, err
	}
	if old != nil {
		old.replace(v)
		v = old
	}
	c.homes[user] = v
	return reply{"view": c.wireView(v, nil)}, nil
}

// view finds an open modal or a Home tab by id.
func (st *State) view(id string) *View {
	for _, v := range st.views {
		if v.ID == id {
			return v
		}
	}
	for _, v := range st.homes {
		if v.ID == id {
			return v
		}
	}
	return nil
}

func (st *State) wireView(v *View, values map[string]any) map[string]any {
	if values == nil {
		values = map[string]any{}
	}
	text := func(s string) any {
		if s == "" {
			return nil
		}
		return map[string]any{"type": "plain_text", "text": s, "emoji": true}
	}
	o := st.opts
	blocks := v.Blocks
	if blocks == nil {
		blocks = []Block{}
	}
	return map[string]any{"id": v.ID, "team_id": o.Team, "type": v.Type, "blocks": blocks, "private_metadata": v.PrivateMetadata, "callback_id": v.CallbackID,
		"state": map[string]any{"values": values}, "hash": v.Hash, "title": text(v.Title), "submit": text(v.Submit), "close": text(v.Close),
		"clear_on_close": v.ClearOnClose, "notify_on_close": v.NotifyOnClose, "previous_view_id": emptyNil(v.PreviousID), "root_view_id": v.RootID,
		"app_id": o.AppID, "external_id": v.ExternalID, "app_installed_team_id": o.Team, "bot_id": o.BotID}
}

func emptyNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func filter[T any](list []T, keep func(T) bool) []T {
	var out []T
	for _, x := range list {
		if keep(x) {
			out = append(out, x)
		}
	}
	return out
}
