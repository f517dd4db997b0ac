package slackbridge

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/replies"
)

// The form behind Reply…: a text, the canned replies, and a draft by the AI.
// Nothing is posted before Send. What is filled in by us takes a new block id,
// or Slack keeps what stood there before.
const (
	actReply   = "handoff_reply"  // on the card
	actCanned  = "handoff_canned" // in the form
	actDraft   = "handoff_draft"
	modalReply = "handoff_modal_reply"

	inputReply = "reply"
)

const (
	maxReply  = 3000 // Slack's own limit for a field
	maxListed = 100  // and for a list; more are searched by us
	maxQuoted = 1200 // of the visitor's last line
	maxForms  = 500  // forms that are remembered
)

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

// replyForm is what the form shows.
type replyForm struct {
	id     conversation.ID
	who    string // the visitor
	last   string // her last line
	does   []span // what Send does, when that is more than sending
	notes  []span
	text   string
	filled string // the text as we have filled it in, "" when she wrote all of it
	rev    int    // counts the drawings, for the block ids
	busy   bool   // a draft is being written
	canned []replies.Reply
	drafts bool
}

// view draws the form.
func (f replyForm) view() slack.ModalViewRequest {
	blocks := []slack.Block{f.asked()}
	for _, line := range [][]span{f.does, f.notes} {
		if len(line) > 0 {
			blocks = append(blocks, richLine("", line...))
		}
	}
	title := "Reply"
	if f.busy {
		// Without its field: what she would type now could not be kept, since
		// Slack does not tell us of it.
		blocks = append(blocks, richLine("", slant("Drafting… The text comes back with the draft.")))
		if f.text != "" {
			blocks = append(blocks, richBlock{elements: []any{quote(f.text)}})
		}
	} else {
		blocks = append(blocks, f.field())
		if tools := f.tools(); tools != nil {
			blocks = append(blocks, tools)
		}
	}
	view := modal(modalReply, title, f.id, blocks...)
	view.PrivateMetadata = fmt.Sprintf("%s %d %s", f.id, f.rev, printOf(f.filled))
	if !f.busy {
		view.Submit = plain("Send")
	}
	return view
}

// asked quotes the visitor's last line.
func (f replyForm) asked() slack.Block {
	if strings.TrimSpace(f.last) == "" {
		return richLine("", strong(f.who), words(" has not written anything yet."))
	}
	return richBlock{elements: []any{slack.NewRichTextSection(rich([]span{strong(f.who), words(" wrote:")})...), quote(clip(f.last, maxQuoted))}}
}

func (f replyForm) field() slack.Block {
	return replyField(fmt.Sprintf("%s:%d", inputReply, f.rev), "What the visitor reads", f.text)
}

// replyField is a field with a line for the visitor.
func replyField(block, placeholder, text string) slack.Block {
	input := slack.NewPlainTextInputBlockElement(plain(placeholder), inputReply)
	input.Multiline, input.MaxLength, input.InitialValue = true, maxReply, text
	return slack.NewInputBlock(block, plain("Your reply"), nil, input)
}

// tools are the canned replies and the draft, nil for neither.
func (f replyForm) tools() slack.Block {
	var list []slack.BlockElement
	if len(f.canned) > maxListed {
		list = append(list, slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plain("Canned replies: type to search"), actCanned))
	} else if len(f.canned) > 0 {
		list = append(list, slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("Canned replies: type to search"), actCanned, cannedOptions(f.canned)...))
	}
	if f.drafts {
		list = append(list, button(actDraft, string(f.id), "Draft with AI"))
	}
	if len(list) == 0 {
		return nil
	}
	return slack.NewActionBlock(fmt.Sprintf("tools:%d", f.rev), list...)
}

// cannedOptions lists replies. Slack searches what an option reads, so its tags
// stand there, too.
func cannedOptions(list []replies.Reply) []*slack.OptionBlockObject {
	var out []*slack.OptionBlockObject
	for _, r := range list {
		out = append(out, slack.NewOptionBlockObject(r.Name, plain(label(strings.Join(r.Tags, ", "), r.Name)), nil))
	}
	return out
}

// printOf tells whether a text is still as we have filled it in.
func printOf(text string) string {
	if text = strings.TrimSpace(text); text == "" {
		return "-"
	}
	return hash([]byte(text))[:16]
}

// put fills text in: in the place of what we had filled in before, and below what
// she wrote herself. It is false when there is no room.
func (f *replyForm) put(text string) bool {
	if own := strings.TrimSpace(f.text); own != "" && own != f.filled {
		text = own + "\n\n" + text
	}
	if len([]rune(text)) > maxReply {
		f.notes = []span{words("It does not fit below what you wrote: a reply has at most 3,000 characters. Shorten your text, or clear it, and choose again.")}
		return false
	}
	f.text, f.filled = text, strings.TrimSpace(text)
	return true
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
		b.tellPresser(p, words(late))
		return nil
	}
	return b.orTell(ctx, p, f.view(), late)
}

// newForm is the form before anything is written.
func (b *Bridge) newForm(ctx context.Context, p press) (replyForm, error) {
	brief, err := b.briefs.of(ctx, p.id)
	if err != nil {
		return replyForm{}, fmt.Errorf("read the brief: %w", err)
	}
	does, err := b.sending(ctx, p)
	return replyForm{
		id: p.id, who: brief.visitor(p.state), last: brief.Last, does: does,
		canned: b.cannedReplies(), drafts: b.Drafts != nil && b.Drafts.May(p.state),
	}, err
}

// sending says what Send does by the table, when it does more or less than send.
func (b *Bridge) sending(ctx context.Context, p press) ([]span, error) {
	l, err := b.lineOf(ctx, b.saidInForm(p, "x", false), p.state)
	if err != nil {
		return nil, err
	}
	f := fateOf(l)
	switch {
	case f.Do == goesOut && p.state.Mode == conversation.Waiting:
		return []span{slant("Nobody has this chat: Send makes it yours.")}, nil
	case f.Do == goesOut:
		return nil, nil
	case f.Tell == tellOwned:
		return []span{who(p.state.Owner), slant(" has this chat: your line stays inside, and you are asked what to do with it.")}, nil
	case f.Tell == tellWithBot:
		return []span{slant("The AI has this chat: your line stays inside, and you are asked whether you take over.")}, nil
	case f.Tell == tellClosed:
		return []span{slant("This chat is closed: your line stays inside, and you are asked whether to reopen it.")}, nil
	}
	return []span{slant("This chat is kept for others: your line stays inside.")}, nil
}

// values are what is known for the variables of a canned reply.
func (b *Bridge) values(ctx context.Context, p press) (map[string]string, error) {
	brief, err := b.briefs.of(ctx, p.id)
	if err != nil {
		return nil, fmt.Errorf("read the brief: %w", err)
	}
	name := plainName(brief.Name)
	first, _, _ := strings.Cut(name, " ")
	email, _ := brief.Verified["email"].(string)
	out := map[string]string{
		"agent.first_name": p.by.Name, "reference": p.state.Reference, "topic": oneLine(p.state.Topic, 120),
		"visitor.name": name, "visitor.first_name": first, "visitor.email": oneLine(cmp.Or(email, brief.email()), 200),
	}
	if n := len(brief.Pages); n > 0 {
		out["page.title"], out["page.url"] = oneLine(brief.Pages[n-1].Title, 200), oneLine(brief.Pages[n-1].URL, 500)
	}
	return out, nil
}

// email is the address that the visitor gave, "" when she gave another way to be
// reached.
func (b Brief) email() string {
	for _, part := range strings.Fields(b.Contact) {
		if at := strings.IndexByte(part, '@'); at > 0 && at < len(part)-1 {
			return strings.Trim(part, ",;()<>")
		}
	}
	return ""
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
	parts := strings.Fields(p.e.View.Metadata)
	d := drawnForm{hash: p.e.View.Hash, text: p.e.View.text(inputReply)}
	if len(parts) == 3 {
		d.rev, _ = strconv.Atoi(parts[1])
		if parts[2] == printOf(d.text) {
			d.filled = strings.TrimSpace(d.text)
		}
	}
	return d
}
