package slackbridge

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// WeekNumbers is what a week looked like: a title, a line for each thing worth
// knowing, and pictures, which may be none.
type WeekNumbers struct {
	Title    string
	Lines    []string
	Pictures []NumbersPicture
}

// NumbersPicture is a PNG. Alt says in words what it shows.
type NumbersPicture struct {
	Name, Title, Alt string
	PNG              []byte
}

// numbersWeekly is the post of the numbers, with the pictures in its thread.
func (b *Bridge) numbersWeekly() weekly { return weekly{"numbers", b.drawNumbers, b.sharePictures} }

func (b *Bridge) drawNumbers(ctx context.Context, of week) (m draw.Message, ok bool, err error) {
	n, err := b.Numbers(ctx, of.From, of.To)
	if err != nil {
		return m, false, fmt.Errorf("count the week: %w", err)
	}
	if len(n.Lines) == 0 {
		return m, false, nil
	}
	return draw.WeekNumbers(n.Title, n.Lines, len(n.Pictures) > 0), true, nil
}

// sharePictures puts the pictures under the post, all in one message. Slack has no
// idempotency key for files: the first one's id is noted before they are shared, and
// in doubt Slack is asked whether it is.
func (b *Bridge) sharePictures(ctx context.Context, of week, channel, ts string) error {
	e, done, err := b.houseErrand(ctx, "weekly:numbers:"+of.name()+":pictures")
	if err != nil || done {
		return err
	}
	if !e.Attempted.IsZero() {
		if err := b.settled(e.Attempted); err != nil {
			return err
		}
		if ok, retry := b.client.Throttle.Take("files.info", ""); !ok {
			return &later{at: retry, why: "the limit of files.info"}
		}
		places, err := b.sharesOf(ctx, e.Ref)
		switch f, bad := webapi.Failed(err); {
		case bad && f.Kind == webapi.Refused:
			return b.picturesOver(ctx, e, ledger.Gone) // it cannot be told; better none than two
		case err != nil:
			return err
		case places[channel]:
			return b.picturesOver(ctx, e, ledger.Sent)
		}
	}
	n, err := b.Numbers(ctx, of.From, of.To)
	if err != nil {
		return fmt.Errorf("count the week: %w", err)
	}
	if len(n.Pictures) == 0 {
		return b.picturesOver(ctx, e, ledger.Gone)
	}
	var files []slack.FileSummary
	for _, p := range n.Pictures {
		id, err := b.uploadPicture(ctx, p)
		if f, bad := webapi.Failed(err); bad && f.Kind == webapi.Refused {
			return b.picturesRefused(ctx, e, f)
		}
		if err != nil {
			return err // nobody sees a file that is not complete
		}
		files = append(files, slack.FileSummary{ID: id, Title: p.Title})
	}
	return b.completePictures(ctx, e, files, channel, ts)
}

func (b *Bridge) completePictures(ctx context.Context, e ledger.Errand, files []slack.FileSummary, channel, ts string) error {
	if ok, retry := b.client.Throttle.Take("files.completeUploadExternal", channel); !ok {
		return &later{at: retry, why: "the limit of files"}
	}
	if !b.leads() {
		return &later{at: b.Now().Add(notLeading), why: "another process leads"}
	}
	e.Ref, e.Attempted = files[0].ID, b.Now()
	if err := b.Errands.SaveErrand(ctx, e); err != nil {
		return fmt.Errorf("note an errand: %w", err)
	}
	err := b.client.Call(ctx, "files.completeUploadExternal", channel, func(ctx context.Context) error {
		_, err := b.client.API.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{Files: files, Channel: channel, ThreadTimestamp: ts})
		return err
	})
	switch f, bad := webapi.Failed(err); {
	case err == nil:
		return b.picturesOver(ctx, e, ledger.Sent)
	case !bad || f.Kind == webapi.Doubtful:
		return err // the row says that it may have happened
	case f.Kind == webapi.Refused:
		return b.picturesRefused(ctx, e, f)
	}
	e.Attempted = zeroTime
	return errors.Join(err, b.Errands.SaveErrand(ctx, e))
}

// picturesRefused gives them up: the post has the numbers as words.
func (b *Bridge) picturesRefused(ctx context.Context, e ledger.Errand, f *webapi.Failure) error {
	b.log.Warn("the weekly pictures were refused", "errand", e.Name, "error", f)
	return b.picturesOver(ctx, e, ledger.Gone)
}

func (b *Bridge) picturesOver(ctx context.Context, e ledger.Errand, how ledger.PostState) error {
	e.State = how
	if err := b.Errands.SaveErrand(ctx, e); err != nil {
		return fmt.Errorf("note an errand: %w", err)
	}
	return nil
}

// uploadPicture makes a picture known and sends its bytes. Nobody sees it yet.
func (b *Bridge) uploadPicture(ctx context.Context, p NumbersPicture) (id string, err error) {
	if ok, retry := b.client.Throttle.Take("files.getUploadURLExternal", ""); !ok {
		return "", &later{at: retry, why: "the limit of files"}
	}
	var to *slack.GetUploadURLExternalResponse
	err = b.client.Call(ctx, "files.getUploadURLExternal", "", func(ctx context.Context) (err error) {
		to, err = b.client.API.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: p.Name, FileSize: len(p.PNG), AltTxt: draw.Clip(p.Alt, maxAlt)})
		return err
	})
	if err != nil {
		return "", err
	}
	err = b.client.Call(ctx, webapi.MethodUpload, "", func(ctx context.Context) error { return b.sendBytes(ctx, to.UploadURL, p.PNG) })
	return to.FileID, err
}

// maxAlt is Slack's limit for an alt text.
const maxAlt = 1000
