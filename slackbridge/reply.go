package slackbridge

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/replies"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// maxForms is how many forms are remembered.
const maxForms = 500

// Drafter writes a suggestion for an agent's next line.
type Drafter interface {
	// May says that there is a model that may be asked about this conversation.
	May(s conversation.State) bool
	// Suggest asks it; it takes seconds. Nothing is kept of what it returns.
	Suggest(ctx context.Context, id conversation.ID) Suggestion
}

// Suggestion is what the AI drafted. Decides names what of it only the team may
// decide, in words. Failed says instead why there is none, and what to do.
type Suggestion struct {
	Text    string
	Decides []string
	Failed  string
}

func (b *Bridge) cannedReplies() []replies.Reply {
	if b.Replies == nil {
		return nil
	}
	return b.Replies()
}

// pressReply opens the form.
func (b *Bridge) pressReply(ctx context.Context, p press) error {
	f, err := b.newForm(ctx, p)
	if err != nil {
		return err
	}
	const late = "The form did not open in time. Press Reply… again."
	if !p.fresh {
		b.tellPresser(p, draw.Words(late))
		return nil
	}
	return b.orTell(ctx, p, f.View(), late)
}

// newForm is the form before anything is written.
func (b *Bridge) newForm(ctx context.Context, p press) (draw.ReplyForm, error) {
	brief, err := b.briefs.of(ctx, p.id)
	if err != nil {
		return draw.ReplyForm{}, fmt.Errorf("read the brief: %w", err)
	}
	does, err := b.sending(ctx, p)
	return draw.ReplyForm{
		ID: p.id, Who: brief.Visitor(p.state), Last: brief.Last, Does: does,
		Canned: b.cannedReplies(), Drafts: b.Drafts != nil && b.Drafts.May(p.state),
	}, err
}

// sending says what Send does by the table, when it does more or less than send.
func (b *Bridge) sending(ctx context.Context, p press) ([]draw.Span, error) {
	l, err := b.lineOf(ctx, b.saidInForm(p, "x", false), p.state)
	if err != nil {
		return nil, err
	}
	f := fateOf(l)
	switch {
	case f.Do == goesOut && p.state.Mode == conversation.Waiting:
		return []draw.Span{draw.Slant("Nobody has this chat: Send makes it yours.")}, nil
	case f.Do == goesOut:
		return nil, nil
	case f.Tell == tellOwned:
		return []draw.Span{draw.Who(p.state.Owner), draw.Slant(" has this chat: your line stays inside, and you are asked what to do with it.")}, nil
	case f.Tell == tellWithBot:
		return []draw.Span{draw.Slant("The AI has this chat: your line stays inside, and you are asked whether you take over.")}, nil
	case f.Tell == tellClosed:
		return []draw.Span{draw.Slant("This chat is closed: your line stays inside, and you are asked whether to reopen it.")}, nil
	}
	return []draw.Span{draw.Slant("This chat is kept for others: your line stays inside.")}, nil
}

// values are what is known for the variables of a canned reply.
func (b *Bridge) values(ctx context.Context, p press) (map[string]string, error) {
	brief, err := b.briefs.of(ctx, p.id)
	if err != nil {
		return nil, fmt.Errorf("read the brief: %w", err)
	}
	name := draw.PlainName(brief.Name)
	first, _, _ := strings.Cut(name, " ")
	email, _ := brief.Verified["email"].(string)
	out := map[string]string{
		"agent.first_name": p.by.Name, "reference": p.state.Reference, "topic": draw.OneLine(p.state.Topic, 120),
		"visitor.name": name, "visitor.first_name": first, "visitor.email": draw.OneLine(cmp.Or(email, brief.Email()), 200),
	}
	if n := len(brief.Pages); n > 0 {
		out["page.title"], out["page.url"] = draw.OneLine(brief.Pages[n-1].Title, 200), draw.OneLine(brief.Pages[n-1].URL, 500)
	}
	return out, nil
}

// forms remembers what was drawn last in each form: a press tells what the form
// held before it, and two presses in a row tell the same.
type forms struct {
	mu    sync.Mutex
	drawn map[string]drawnForm
	order []string
}

type drawnForm struct {
	hash, text, filled string
	rev                int
}

func (f *forms) last(view string) (drawnForm, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	d, ok := f.drawn[view]
	return d, ok
}

func (f *forms) keep(view string, d drawnForm) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.drawn == nil {
		f.drawn = map[string]drawnForm{}
	}
	if _, known := f.drawn[view]; !known {
		f.order = append(f.order, view)
	}
	f.drawn[view] = d
	if len(f.order) > maxForms {
		delete(f.drawn, f.order[0])
		f.order = f.order[1:]
	}
}

// stand reads what the form held at the press.
func (p press) stand() drawnForm {
	d := drawnForm{hash: p.e.View.Hash, text: p.e.View.text(draw.InputReply)}
	d.rev, d.filled = draw.ReadReplyForm(p.e.View.Metadata, d.text)
	return d
}
