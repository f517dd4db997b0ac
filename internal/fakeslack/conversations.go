package fakeslack

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// page is a slice of a list with the cursor for the rest.
func page[T any](c *call, list []T, standard, most int) (part []T, next string, err error) {
	limit := standard
	if raw := c.args["limit"]; raw != "" {
		n, convErr := strconv.Atoi(raw)
		if convErr != nil || n < 0 {
			return nil, "", refuse("invalid_limit")
		}
		if n > 0 {
			limit = n
		}
	}
	limit = min(limit, most)
	start := 0
	if raw := c.args["cursor"]; raw != "" {
		plain, decErr := base64.StdEncoding.DecodeString(raw)
		n, convErr := strconv.Atoi(strings.TrimPrefix(string(plain), "next:"))
		if decErr != nil || convErr != nil || n < 0 || n > len(list) {
			return nil, "", refuse("invalid_cursor")
		}
		start = n
	}
	end := min(start+limit, len(list))
	if end < len(list) {
		next = base64.StdEncoding.EncodeToString([]byte("next:" + strconv.Itoa(end)))
	}
	return list[start:end], next, nil
}

// readable finds the channel argument for reading its messages.
func (c *call) readable() (*room, error) {
	r, err := c.target()
	if err != nil {
		return nil, err
	}
	if !r.member(c.opts.BotUser) {
		return nil, refuse("not_in_channel")
	}
	return r, nil
}

// between filters by oldest, latest and inclusive.
func (c *call) between(ts string) bool {
	oldest, latest, inclusive := c.args["oldest"], c.args["latest"], c.on("inclusive")
	if oldest != "" && oldest != "0" && (compareTS(ts, oldest) < 0 || !inclusive && compareTS(ts, oldest) == 0) {
		return false
	}
	if latest != "" && (compareTS(ts, latest) > 0 || !inclusive && compareTS(ts, latest) == 0) {
		return false
	}
	return true
}

// compareTS compares timestamps by value, also "1700000000" with "1700000000.000100".
func compareTS(a, b string) int {
	as, af, _ := strings.Cut(a, ".")
	bs, bf, _ := strings.Cut(b, ".")
	an, _ := strconv.ParseInt(as, 10, 64)
	bn, _ := strconv.ParseInt(bs, 10, 64)
	if an != bn {
		return int(max(-1, min(1, an-bn)))
	}
	return strings.Compare((af + "000000")[:6], (bf + "000000")[:6])
}

func (c *call) mostObjects(normal int) (standard, most int) {
	switch {
	case c.sw.SmallPlan:
		return smallPlanItems, smallPlanItems
	case c.sw.ShortPages:
		return normal, 3
	default:
		return normal, normal
	}
}

func (c *call) conversationReplies() (reply, error) {
	r, err := c.readable()
	if err != nil {
		return nil, err
	}
	root := r.find(c.args["ts"])
	if root == nil {
		return nil, refuse("thread_not_found")
	}
	if root.isReply() {
		if root = r.find(root.ThreadTS); root == nil {
			return nil, refuse("thread_not_found")
		}
	}
	var list []*Message
	for _, m := range r.replies(root.TS) {
		if c.between(m.TS) {
			list = append(list, m)
		}
	}
	standard, most := c.mostObjects(1000)
	part, next, err := page(c, list, standard, max(1, most-1))
	if err != nil {
		return nil, err
	}
	// The root comes first on each page and counts as one object.
	out := []map[string]any{c.wire(r, root, wireOptions{metadata: c.on("include_all_metadata"), thread: true})}
	for _, m := range part {
		out = append(out, c.wire(r, m, wireOptions{metadata: c.on("include_all_metadata")}))
	}
	return reply{"messages": out, "has_more": next != "", "response_metadata": reply{"next_cursor": next}}, nil
}

func (c *call) conversationHistory() (reply, error) {
	r, err := c.readable()
	if err != nil {
		return nil, err
	}
	var list []*Message
	for _, m := range r.roots() {
		if c.between(m.TS) {
			list = append(list, m)
		}
	}
	slices.Reverse(list) // newest first
	_, most := c.mostObjects(999)
	part, next, err := page(c, list, min(100, most), most)
	if err != nil {
		return nil, err
	}
	out := []map[string]any{}
	for _, m := range part {
		out = append(out, c.wire(r, m, wireOptions{metadata: c.on("include_all_metadata"), thread: true}))
	}
	return reply{"messages": out, "has_more": next != "", "pin_count": 0, "response_metadata": reply{"next_cursor": next}}, nil
}

func (st *State) wireChannel(r *room) reply {
	out := reply{"id": r.ID, "created": r.Created.Unix(), "is_archived": r.Archived, "is_im": r.IM != "", "is_mpim": false,
		"is_member": r.member(st.opts.BotUser), "is_ext_shared": r.ExtShared, "is_shared": r.Shared || r.ExtShared, "is_org_shared": false, "is_pending_ext_shared": false}
	if r.IM != "" {
		out["user"], out["is_open"], out["is_user_deleted"] = r.IM, true, false
		return out
	}
	out["name"], out["name_normalized"] = r.Name, r.Name
	out["is_channel"], out["is_group"], out["is_private"], out["is_general"] = !r.Private, false, r.Private, false
	out["topic"] = reply{"value": r.Topic, "creator": "", "last_set": 0}
	out["purpose"] = reply{"value": "", "creator": "", "last_set": 0}
	return out
}

func (c *call) conversationInfo() (reply, error) {
	r, err := c.target()
	if err != nil {
		return nil, err
	}
	out := c.wireChannel(r)
	if c.on("include_num_members") {
		out["num_members"] = len(r.Members)
	}
	return reply{"channel": out}, nil
}

func (c *call) conversationMembers() (reply, error) {
	r, err := c.target()
	if err != nil {
		return nil, err
	}
	part, next, err := page(c, r.Members, 100, 1000)
	if err != nil {
		return nil, err
	}
	return reply{"members": slices.Clone(part), "response_metadata": reply{"next_cursor": next}}, nil
}

func (c *call) conversationList() (reply, error) {
	return c.listChannels(func(r *room) bool { return r.kind() == "channel" || r.member(c.opts.BotUser) })
}

func (c *call) userConversations() (reply, error) {
	user := c.args["user"]
	if user == "" {
		user = c.opts.BotUser
	}
	if c.users[user] == nil {
		return nil, refuse("user_not_found")
	}
	return c.listChannels(func(r *room) bool {
		return r.member(user) && (r.kind() == "channel" || r.member(c.opts.BotUser))
	})
}

func (c *call) listChannels(visible func(*room) bool) (reply, error) {
	names := map[string]string{"channel": "public_channel", "group": "private_channel", "im": "im"}
	types := strings.Split(c.args["types"], ",")
	if c.args["types"] == "" {
		types = []string{"public_channel"}
	}
	var list []reply
	for _, id := range c.order {
		r := c.channels[id]
		if !visible(r) || !slices.Contains(types, names[r.kind()]) || r.Archived && c.on("exclude_archived") {
			continue
		}
		list = append(list, c.wireChannel(r))
	}
	part, next, err := page(c, list, 100, 1000)
	if err != nil {
		return nil, err
	}
	return reply{"channels": append([]reply{}, part...), "response_metadata": reply{"next_cursor": next}}, nil
}

func (c *call) conversationJoin() (reply, error) {
	r := c.channels[c.args["channel"]]
	switch {
	case r == nil || r.Private && !r.member(c.opts.BotUser):
		return nil, refuse("channel_not_found")
	case r.kind() != "channel":
		return nil, refuse("method_not_supported_for_channel_type")
	case r.Archived:
		return nil, refuse("is_archived")
	}
	if !r.member(c.opts.BotUser) {
		c.s.join(r, c.opts.BotUser)
	}
	return reply{"channel": c.wireChannel(r)}, nil
}

func (c *call) conversationOpen() (reply, error) {
	user := c.args["users"]
	u := c.users[user]
	switch {
	case c.args["channel"] != "" && c.channels[c.args["channel"]] != nil:
		user = c.channels[c.args["channel"]].IM
	case strings.Contains(user, ","):
		return nil, refuse("method_not_supported_for_channel_type")
	case u == nil:
		return nil, refuse("user_not_found")
	case u.Deleted:
		return nil, refuse("user_disabled")
	}
	r := c.im(user)
	return reply{"channel": reply{"id": r.ID}, "no_op": true, "already_open": true}, nil
}
