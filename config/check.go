package config

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/files"
	"github.com/handoff-bot/handoff/replies"
)

// problems asks every room what is wrong with its section, and checks what no
// room can see alone.
func (f *File) problems() []Problem {
	out := rows("server", f.Server.Problems())
	out = append(out, rows("limits", f.Limits.Problems())...)
	out = append(out, rows("widget", f.Widget.Problems())...)
	out = append(out, rows("ai", f.AI.Validate())...)
	out = append(out, rows("knowledge", f.KnowledgeConfig().Validate())...)
	out = append(out, rows("handoff", f.Handoff.Problems())...)
	if f.Slack != nil {
		out = append(out, rows("slack", f.Slack.Problems())...)
	}
	out = append(out, rows("mail", f.Mail.Problems())...)
	out = append(out, rows("webhooks", f.Webhooks.Problems())...)
	out = append(out, rows("replies", replies.Problems(f.Replies))...)
	out = append(out, rows("learn", f.Learn.Problems())...)
	out = append(out, f.storageProblems()...)
	out = append(out, f.ladderProblems()...)
	return append(out, f.placeholders()...)
}

// warnings are what no room can see alone and what does not stop the program.
func (f *File) warnings() []string {
	if f.Mail.Configured() && f.Server.PublicURL == "" {
		return []string{"mail is set and server.public_url is not: mails carry no link back to the chat. Set server.public_url to the address at which browsers reach this server"}
	}
	return nil
}

// rows turns a room's problems into ours. A room names its keys below its own
// section, or in full.
func rows[P ~struct{ Key, Message, Mend string }](section string, found []P) []Problem {
	out := make([]Problem, 0, len(found))
	for _, p := range found {
		r := struct{ Key, Message, Mend string }(p)
		key := r.Key
		if key != section && !strings.HasPrefix(key, section+".") && !strings.HasPrefix(key, section+"[") {
			key = join(section, key)
		}
		out = append(out, Problem{Key: key, Message: r.Message, Mend: r.Mend})
	}
	return out
}

func (f *File) storageProblems() []Problem {
	var out []Problem
	scheme, rest, _ := strings.Cut(f.Storage.URL, "://")
	if (scheme != "sqlite" && scheme != "postgres" && scheme != "postgresql") || rest == "" {
		out = append(out, Problem{Key: "storage.url", Message: "is not the address of a database", Mend: "write sqlite://handoff.db or postgres://user@host/name"})
	}
	if _, err := files.ParsePlace(f.Storage.Files); err != nil {
		out = append(out, Problem{Key: "storage.files", Message: err.Error(), Mend: "write file://files, or s3://bucket"})
	}
	if f.Storage.FilesDays < 1 {
		out = append(out, Problem{Key: "storage.files_days", Message: "is less than a day", Mend: "write how many days a file is kept, or leave it out for 90"})
	}
	return out
}

// ladderProblems are steps of the ladder that need another section.
func (f *File) ladderProblems() []Problem {
	var out []Problem
	for i, r := range f.Handoff.WhenNobody {
		if r.Do == escalation.RungEmail && !f.Mail.Configured() {
			out = append(out, Problem{
				Key:     fmt.Sprintf("handoff.when_nobody[%d].do", i),
				Message: "email needs a server that takes the mail, and the section mail names none",
				Mend:    "write mail.smtp and mail.from, or another step such as ask_contact",
			})
		}
	}
	return out
}

// sample matches values that were never filled in.
var sample = regexp.MustCompile(`(?i)change[-_ ]?me|your[-_ ]|placeholder|^<.*>$|^x{4,}$|…|\.\.\.$|-x{4,}`)

// placeholders refuses secrets and keys that still hold a sample's value. The
// value itself is not shown.
func (f *File) placeholders() []Problem {
	s, err := shapeOf(reflect.TypeFor[File]())
	if err != nil {
		return []Problem{{Message: err.Error()}}
	}
	var out []Problem
	eachText(s, reflect.ValueOf(f), "", func(path, value string, secret bool) {
		if (secret || path == "storage.url") && sample.MatchString(value) {
			out = append(out, Problem{Key: path, Message: "still holds the sample's value", Mend: "put the real one here, or better in the environment as " + EnvName(path)})
		}
	})
	return out
}

// eachText calls visit for every text in a Config value.
func eachText(s *shape, v reflect.Value, path string, visit func(path, value string, secret bool)) {
	walkText(s, v, path, false, visit)
}

func walkText(s *shape, v reflect.Value, path string, secret bool, visit func(string, string, bool)) {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	switch s.kind {
	case section:
		for _, f := range s.fields {
			walkText(f.shape, v.Field(f.index), join(path, f.name), secret || f.secret, visit)
		}
	case list:
		for i := range v.Len() {
			walkText(s.elem, v.Index(i), fmt.Sprintf("%s[%d]", path, i), secret, visit)
		}
	case text:
		visit(path, v.String(), secret)
	default: // tables and numbers hold no secrets
	}
}
