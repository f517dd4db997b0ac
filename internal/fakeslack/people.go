package fakeslack

import (
	"errors"
	"fmt"
	"maps"
	"mime"
	"path"
	"strings"
)

// ErrSlashCommand is what the composer says to a slash inside a thread.
var ErrSlashCommand = errors.New("slash commands do not work in threads")

// Say posts a message as a person. The text is typing: *bold*, _italic_,
// `code`, fences, lists, quotes, links, @names, <@U…> and :emoji: become a
// rich_text block, everything else is plain. An empty threadTS posts into the
// channel. The errors are Slack's codes: not_in_channel, is_archived and so on.
//
// Text that begins with a slash is accepted, as from another client; the staff
// page's composer refuses it.
func (s *Server) Say(user, channel, threadTS, text string) (ts string, err error) {
	return s.say(user, channel, threadTS, text, nil)
}

// Broadcast replies in a thread and shows the reply in the channel too.
func (s *Server) Broadcast(user, channel, threadTS, text string) (ts string, err error) {
	return s.say(user, channel, threadTS, text, func(m *Message) { m.Subtype, m.Broadcast = "thread_broadcast", true })
}

// Me posts as /me does, with the subtype me_message.
func (s *Server) Me(user, channel, threadTS, text string) (ts string, err error) {
	return s.say(user, channel, threadTS, text, func(m *Message) { m.Subtype = "me_message" })
}

// SayTwice posts one gesture that Slack stores as two messages: the same
// client_msg_id under two timestamps.
func (s *Server) SayTwice(user, channel, threadTS, text string) (ts [2]string, err error) {
	var id string
	ts[0], err = s.say(user, channel, threadTS, text, func(m *Message) { id = m.ClientMsgID })
	if err == nil {
		ts[1], err = s.say(user, channel, threadTS, text, func(m *Message) { m.ClientMsgID = id })
	}
	return ts, err
}

func (s *Server) say(user, channel, threadTS, text string, shape func(*Message)) (ts string, err error) {
	err = s.actIn(user, channel, func(r *room) error {
		if strings.TrimSpace(text) == "" {
			return refuse("no_text")
		}
		m, err := s.humanMessage(r, user, threadTS, text)
		if err != nil {
			return err
		}
		if shape != nil {
			shape(m)
		}
		s.state.store(r, m)
		s.raiseMessage(r, m, s.outsider(user))
		ts = m.TS
		return nil
	})
	return ts, err
}

// humanMessage composes a message; a thread that is not there is refused, as a
// person could not have replied to it.
func (s *Server) humanMessage(r *room, user, threadTS, text string) (*Message, error) {
	t := s.state.compose(text)
	m := &Message{Channel: r.ID, TS: s.state.nextTS(), User: user, Team: s.opts.Team, ClientMsgID: s.state.newClientID(), Text: t.text, Raw: text, Blocks: t.blocks}
	if u := s.state.users[user]; u.Bot {
		m.BotID, m.ClientMsgID = "B"+strings.TrimPrefix(user, "U"), ""
	}
	if threadTS != "" {
		root := r.find(threadTS)
		if root == nil {
			return nil, refuse("thread_not_found")
		}
		m.ThreadTS = root.TS
		if root.isReply() {
			m.ThreadTS = root.ThreadTS
		}
	}
	return m, nil
}

// outsider adds what Slack Connect tells about people of other workspaces.
func (s *Server) outsider(user string) map[string]any {
	u := s.state.users[user]
	if u.TeamID == s.opts.Team {
		return nil
	}
	return map[string]any{"user_team": u.TeamID, "source_team": u.TeamID}
}

// Upload posts files with an optional comment, as dragging them in does.
func (s *Server) Upload(user, channel, threadTS, text string, files ...File) (ts string, err error) {
	err = s.actIn(user, channel, func(r *room) error {
		if len(files) == 0 {
			return refuse("no_file_data")
		}
		m, err := s.humanMessage(r, user, threadTS, text)
		if err != nil {
			return err
		}
		if text == "" {
			m.Blocks = nil
		}
		s.shareFiles(r, m, s.fileRecords(user, files))
		ts = m.TS
		return nil
	})
	return ts, err
}

func (s *Server) fileRecords(user string, files []File) []File {
	var out []File
	for _, f := range files {
		if f.ID == "" {
			f.ID = s.state.newID("F")
		}
		if f.Mimetype == "" {
			f.Mimetype = strings.SplitN(mime.TypeByExtension(path.Ext(f.Name)), ";", 2)[0]
		}
		if f.Title == "" {
			f.Title = f.Name
		}
		f.User, f.Size, f.Complete, f.Shares = user, len(f.Data), true, map[string][]string{}
		s.state.files[f.ID] = &f
		out = append(out, f)
	}
	return out
}

// Edit changes a person's own message.
func (s *Server) Edit(user, channel, ts, text string) error {
	return s.actIn(user, channel, func(r *room) error {
		m := r.find(ts)
		switch {
		case m == nil:
			return refuse("message_not_found")
		case m.User != user || m.Tombstone:
			return refuse("cant_update_message")
		}
		old := *m
		t := s.state.compose(text)
		m.Text, m.Raw, m.Blocks = t.text, text, t.blocks
		s.markEdited(m)
		s.raiseChanged(r, m, &old)
		return nil
	})
}

// Delete removes a message: a person's own, or any when the user is an admin.
func (s *Server) Delete(user, channel, ts string) error {
	return s.act(user, channel, func(r *room) error {
		m := r.find(ts)
		switch {
		case m == nil || m.Tombstone:
			return refuse("message_not_found")
		case m.User != user && !s.state.users[user].Admin:
			return refuse("cant_delete_message")
		}
		s.remove(r, m)
		return nil
	})
}

// DeleteFile deletes a person's own file: it is gone from every message, and a
// message with nothing else goes with it.
func (s *Server) DeleteFile(user, file string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.touch()
	return s.dropFile(user, file)
}

// React adds an emoji by name, Unreact takes it back.
func (s *Server) React(user, channel, ts, name string) error {
	return s.reactAs(user, channel, ts, name, true)
}

// Unreact takes a reaction back.
func (s *Server) Unreact(user, channel, ts, name string) error {
	return s.reactAs(user, channel, ts, name, false)
}

func (s *Server) reactAs(user, channel, ts, name string, add bool) error {
	return s.actIn(user, channel, func(r *room) error {
		m := r.find(ts)
		if m == nil {
			return refuse("message_not_found")
		}
		return s.react(r, m, user, name, add)
	})
}

// Unfurl adds a link preview: a message_changed without "edited".
func (s *Server) Unfurl(channel, ts string) error {
	return s.act(s.opts.BotUser, channel, func(r *room) error {
		m := r.find(ts)
		if m == nil {
			return refuse("message_not_found")
		}
		old := *m
		m.Unfurls++
		s.raiseChanged(r, m, &old)
		return nil
	})
}

// Huddle starts a huddle in a channel, which is noise to the app.
func (s *Server) Huddle(user, channel string) error {
	return s.actIn(user, channel, func(r *room) error {
		s.notice(r, "huddle_thread", user, "A huddle started")
		return nil
	})
}

// Emit sends any inner event, also one Slack does not have, whether the app
// subscribed to it or not.
func (s *Server) Emit(event map[string]any) {
	s.do(func() { s.queueEvent(maps.Clone(event)) })
}

// EmitRaw sends any payload as a Socket Mode envelope of the kind, such as
// events_api, or as the body of an HTTP event.
func (s *Server) EmitRaw(kind string, payload []byte) {
	s.do(func() { s.enqueue(&delivery{kind: kind, typ: "raw", id: s.state.newID("Ev"), payload: payload}) })
}

// Garble makes replies and history return odd in place of a stored message.
// ts, type and the thread are filled in when odd lacks them.
func (s *Server) Garble(channel, ts string, odd map[string]any) error {
	return s.act(s.opts.BotUser, channel, func(r *room) error {
		m := r.find(ts)
		if m == nil {
			return fmt.Errorf("garble %s in %s: %w", ts, channel, refuse("message_not_found"))
		}
		m.Odd = nil
		full := s.state.wire(r, m, wireOptions{})
		maps.Copy(full, odd)
		m.Odd = full
		return nil
	})
}
