package slackbridge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	fileledger "github.com/handoff-bot/handoff/files/ledger"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// Files keeps what is sent beside words.
type Files interface {
	// Take reads a file of at most limit bytes and keeps it; of one Source once. Errors:
	// *ledger.Refusal of files, or one of the storage.
	Take(ctx context.Context, of fileledger.File, name string, in io.Reader, limit int64) (conversation.File, error)
	// Open returns the content of a file, or conversation.ErrNotFound.
	Open(ctx context.Context, id string) (io.ReadCloser, error)
	// FilesOf lists the files that the lines of a conversation carry.
	FilesOf(ctx context.Context, id conversation.ID) ([]fileledger.File, error)
	// FilesFrom lists those whose Source begins so.
	FilesFrom(ctx context.Context, source string) ([]fileledger.File, error)
}

// What is taken from Slack with one line.
const (
	maxFiles     = 5
	maxFileBytes = 10 << 20
	fileTime     = time.Minute
	// fileTries is how often a line waits for its files. After that it goes out
	// without them.
	fileTries = 4
)

// lostFile is a file that did not reach the visitor, and why.
type lostFile struct {
	name, why string
	again     bool // it may be taken another time
}

// sourcePrefix begins the Source of a file of Slack's, whichever message shows it.
func sourcePrefix(team, file string) string { return "slack:" + team + ":" + file + ":" }

// takeFiles fetches what a line carries, before the line goes out: a copy of ours,
// which is all that the visitor ever gets. What cannot be taken is lost; err is for
// what may work a moment later.
func (b *Bridge) takeFiles(ctx context.Context, s said) (kept []conversation.File, lost []lostFile, err error) {
	for i, ref := range s.files {
		if i >= maxFiles {
			lost = append(lost, lostFile{name: ref.Name, why: fmt.Sprintf("is one too many: a line carries %d.", maxFiles)})
			continue
		}
		f, why, err := b.takeFile(ctx, s, ref)
		if err != nil && s.tries < fileTries {
			return nil, nil, fmt.Errorf("fetch a file from Slack: %w", err)
		}
		if err != nil {
			b.log.Warn("a file was not fetched from Slack", "conversation", s.thread.Conversation, "error", err)
			why = "could not be fetched from Slack."
		}
		if why != "" {
			lost = append(lost, lostFile{name: ref.Name, why: why, again: err != nil})
			continue
		}
		kept = append(kept, f)
	}
	return kept, lost, nil
}

// takeFile fetches one file, or says why it is lost.
func (b *Bridge) takeFile(ctx context.Context, s said, ref fileRef) (f conversation.File, why string, err error) {
	if b.Files == nil {
		return f, "can't be sent: this server keeps no files.", nil
	}
	if ref.address() == "" {
		if ref, why, err = b.askFile(ctx, ref.ID); err != nil || why != "" {
			return f, why, err
		}
	}
	switch {
	case ref.External:
		return f, "is not kept in Slack. Paste its link.", nil
	case ref.Size > maxFileBytes:
		return f, (&fileledger.Refusal{Why: fileledger.TooLarge}).Error(), nil
	case !b.slackHost(ref.address()):
		return f, "can't be fetched: its address is not one of Slack's.", nil
	}
	body, why, err := b.fetchFile(ctx, ref.address())
	if err != nil || why != "" {
		return f, why, err
	}
	defer func() { _ = body.Close() }()
	of := fileledger.File{Conversation: s.thread.Conversation, Source: sourcePrefix(s.me.Team, ref.ID) + s.thread.Channel + ":" + s.ts}
	f, err = b.Files.Take(ctx, of, ref.Name, body, maxFileBytes)
	var refused *fileledger.Refusal
	if errors.As(err, &refused) {
		return f, refused.Error(), nil
	}
	return f, "", err
}

// askFile asks Slack about a file of which a message tells only the id.
func (b *Bridge) askFile(ctx context.Context, id string) (ref fileRef, why string, err error) {
	var answer struct {
		File fileRef `json:"file"`
	}
	if ok, retry := b.client.Throttle.Take("files.info", ""); !ok {
		return ref, "", &later{at: retry, why: "the limit of files.info"}
	}
	err = b.client.Read(ctx, "files.info", url.Values{"file": {id}}, &answer)
	if f, bad := webapi.Failed(err); bad && f.Kind == webapi.Refused {
		return ref, "can't be read: Slack says " + f.Code + ".", nil
	}
	if err == nil && answer.File.address() == "" {
		return ref, "can't be read: Slack names no address for it.", nil
	}
	return answer.File, "", err
}

// slackHost says that an address is where Slack keeps files: nothing else gets our
// token, or a request at all.
func (b *Bridge) slackHost(address string) bool {
	to, err := url.Parse(address)
	api, aerr := url.Parse(b.Config.APIURL)
	if err != nil || aerr != nil || to.User != nil {
		return false
	}
	if to.Scheme == api.Scheme && to.Host == api.Host {
		return true
	}
	return to.Scheme == "https" && (to.Host == "files.slack.com" || to.Host == "files-origin.slack.com" || to.Host == "files.slack-gov.com")
}

// fetchFile gets the content. A redirect is not followed: it leads to the sign-in
// page, or to somewhere else.
func (b *Bridge) fetchFile(ctx context.Context, address string) (body io.ReadCloser, why string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, "can't be fetched: its address is not one of Slack's.", nil
	}
	req.Header.Set("Authorization", "Bearer "+b.Config.BotToken)
	client := *b.HTTP
	client.Timeout = fileTime
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(req)
	if err != nil {
		return nil, "", err
	}
	if res.StatusCode == http.StatusOK {
		return res.Body, "", nil
	}
	_ = res.Body.Close()
	if res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500 {
		return nil, "", fmt.Errorf("Slack answers %s", res.Status) //nolint:staticcheck // a name
	}
	return nil, "can't be read by this app. Check its scope files:read.", nil
}

// tellLost says which files of a line the visitor does not get. Without any the
// warning of an earlier try is taken off.
func (b *Bridge) tellLost(ctx context.Context, s said, sent bool) {
	if len(s.lost) == 0 {
		if s.tries > 0 && sent {
			b.sent(ctx, s)
		}
		return
	}
	text := "Nothing was sent to the visitor. "
	if sent {
		text = "Your line went to the visitor without everything. "
	}
	again := false
	for i, l := range s.lost {
		if i > 0 {
			text += " "
		}
		text += strings.TrimSpace(draw.OneLine(l.name, 120) + " " + l.why)
		again = again || l.again
	}
	b.unsent(ctx, s, text, again)
}

// fileGone takes a file back that was deleted in Slack, and its line when nothing
// else is in it. Its author need not be told: she has deleted it.
func (b *Bridge) fileGone(ctx context.Context, me identity, file string) error {
	if b.Files == nil || file == "" {
		return nil
	}
	list, err := b.Files.FilesFrom(ctx, sourcePrefix(me.Team, file))
	if err != nil {
		return fmt.Errorf("look for the file: %w", err)
	}
	for _, f := range list {
		events, err := readAll(ctx, b.Log, f.Conversation, f.Seq-1)
		if err != nil {
			return err
		}
		for _, l := range conversation.Lines(events) {
			if l.Seq != f.Seq {
				continue
			}
			draft := conversation.Draft{Author: l.Author, Source: conversation.FromSlack}
			if l.Text == "" && len(l.Files) == 1 {
				draft.Body = conversation.Retracted{Of: l.Seq}
			} else {
				draft.Body = conversation.Edited{Of: l.Seq, Text: l.Text, Content: l.Content, Dropped: []string{f.ID}}
			}
			if _, err := b.Log.Append(ctx, f.Conversation, "s:file:"+f.ID, conversation.Append(draft)); err != nil {
				return fmt.Errorf("take the file back: %w", err)
			}
		}
	}
	return nil
}

// shareFiles puts what visitors have sent into the thread, below the lines that
// carry it. Each is an errand of its own, like the transcript.
func (v *visit) shareFiles(ctx context.Context) error {
	if v.Files == nil || v.thread.State != ledger.Open {
		return nil
	}
	list, err := v.Files.FilesOf(ctx, v.w.Conversation)
	if err != nil {
		return fmt.Errorf("list the files: %w", err)
	}
	for _, f := range list {
		if f.Source != "" || f.Seq > v.posted() && f.Seq > v.w.After {
			continue
		}
		if err := v.shareFile(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

func (v *visit) shareFile(ctx context.Context, f fileledger.File) error {
	e, done, err := v.errand(ctx, fmt.Sprintf("share:%d:%s", v.thread.ID, f.ID))
	if err != nil {
		return err
	}
	if !done {
		if err := v.putFile(ctx, e, f); err != nil {
			return err
		}
		e, _, err = v.errand(ctx, e.Name)
	}
	if err != nil || e.State != ledger.Gone {
		return err
	}
	note := conversation.Draft{Author: conversation.Author{Role: conversation.System}, Source: conversation.FromSlack,
		Body: conversation.Note{Text: "Slack did not take the file " + f.Name + ", so it is not in this thread."}}
	if _, err := v.Log.Append(ctx, v.w.Conversation, "s:noshare:"+e.Name, conversation.Append(note)); err != nil {
		return fmt.Errorf("note a file that is missing: %w", err)
	}
	return nil
}

// putFile uploads one file; in doubt Slack is asked whether it stands there.
func (v *visit) putFile(ctx context.Context, e ledger.Errand, f fileledger.File) error {
	if !e.Attempted.IsZero() {
		shared, err := v.shared(ctx, &e)
		if err != nil || e.State != ledger.Sending {
			return err
		}
		if shared {
			e.State = ledger.Sent
			return v.saveErrand(ctx, e)
		}
	}
	in, err := v.Files.Open(ctx, f.ID)
	if errors.Is(err, conversation.ErrNotFound) {
		e.State = ledger.Gone
		return v.saveErrand(ctx, e)
	}
	if err != nil {
		return fmt.Errorf("open a file: %w", err)
	}
	defer func() { _ = in.Close() }()
	data, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("read a file: %w", err)
	}
	name, err := v.visitorName(ctx)
	if err != nil {
		return err
	}
	return v.upload(ctx, e, f.Name, f.Name+" from "+name, data)
}
