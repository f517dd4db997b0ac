package slackbridge

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// longTranscript is how many lines a conversation has to have had, before it came
// into its thread, for them to be there as a file, too.
const longTranscript = 200

// fileTranscript puts the transcript of a long conversation into its thread as a
// file, once per thread. Slack has no idempotency key for files: the file's id is
// noted before the upload is completed, and in doubt Slack is asked whether it is
// shared.
func (v *visit) fileTranscript(ctx context.Context) error {
	if v.state.Seq <= longTranscript || v.thread.State != ledger.Open {
		return nil
	}
	e, done, err := v.errand(ctx, fmt.Sprintf("file:%d", v.thread.ID))
	if err != nil || done {
		return err
	}
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
	text, lines, err := v.transcript(ctx)
	if err != nil {
		return err
	}
	if lines <= longTranscript {
		e.State = ledger.Gone // no file is needed here, and nobody has to count again
		return v.saveErrand(ctx, e)
	}
	return v.upload(ctx, e, v.state.Reference+".txt", "Transcript of "+v.state.Reference, []byte(text))
}

// upload makes the file known, sends its bytes and puts it into the thread.
func (v *visit) upload(ctx context.Context, e ledger.Errand, name, title string, data []byte) error {
	if ok, retry := v.client.Throttle.Take("files.getUploadURLExternal", ""); !ok {
		return &later{at: retry, why: "the limit of files"}
	}
	var to *slack.GetUploadURLExternalResponse
	err := v.client.Call(ctx, "files.getUploadURLExternal", "", func(ctx context.Context) (err error) {
		to, err = v.client.API.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: name, FileSize: len(data)})
		return err
	})
	if err != nil {
		return v.undone(ctx, e, err)
	}
	err = v.client.Call(ctx, webapi.MethodUpload, "", func(ctx context.Context) error { return v.sendBytes(ctx, to.UploadURL, data) })
	if f, bad := webapi.Failed(err); bad {
		if f.Kind == webapi.Refused {
			return v.undone(ctx, e, err)
		}
		return v.cannot(ctx, v.thread.Channel, err) // nobody sees a file that is not complete
	}
	if !v.leads() {
		return &later{at: v.Now().Add(notLeading), why: "another process leads"}
	}
	e.Ref, e.Attempted = to.FileID, v.Now()
	if err := v.saveErrand(ctx, e); err != nil {
		return err
	}
	err = v.client.Call(ctx, "files.completeUploadExternal", v.thread.Channel, func(ctx context.Context) error {
		_, err := v.client.API.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
			Files:   []slack.FileSummary{{ID: to.FileID, Title: title}},
			Channel: v.thread.Channel, ThreadTimestamp: v.thread.TS,
		})
		return err
	})
	if err != nil {
		return v.undone(ctx, e, err)
	}
	e.State = ledger.Sent
	return v.saveErrand(ctx, e)
}

// sendBytes posts a file's content as it is, to the address Slack has named and
// without the token.
func (b *Bridge) sendBytes(ctx context.Context, address string, data []byte) error {
	to, err := url.Parse(address)
	api, aerr := url.Parse(b.Config.APIURL)
	if err != nil || aerr != nil || to.Scheme != "https" && to.Host != api.Host {
		return slack.SlackErrorResponse{Err: "invalid_upload_url"}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("make the request: %w", err)
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	res, err := b.HTTP.Do(req)
	if err != nil {
		return err
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return slack.StatusCodeError{Code: res.StatusCode, Status: res.Status}
	}
	return nil
}

// shared asks Slack whether a file whose answer is missing stands in the thread's
// channel. A file that Slack does not know was not completed.
func (v *visit) shared(ctx context.Context, e *ledger.Errand) (bool, error) {
	if err := v.settled(e.Attempted); err != nil {
		return false, err
	}
	if ok, retry := v.client.Throttle.Take("files.info", ""); !ok {
		return false, &later{at: retry, why: "the limit of files.info"}
	}
	places, err := v.sharesOf(ctx, e.Ref)
	if err != nil {
		f, ok := webapi.Failed(err)
		if ok && f.Kind == webapi.Refused {
			e.State = ledger.Gone // it cannot be told; better none than two
			return false, v.saveErrand(ctx, *e)
		}
		return false, v.cannot(ctx, v.thread.Channel, err)
	}
	return places[v.thread.Channel], nil
}

// sharesOf asks Slack in which channels a file stands: in none, when Slack does not
// know it.
func (b *Bridge) sharesOf(ctx context.Context, file string) (map[string]bool, error) {
	var answer struct {
		File struct {
			Shares struct {
				Public  map[string][]any `json:"public"`
				Private map[string][]any `json:"private"`
			} `json:"shares"`
		} `json:"file"`
	}
	err := b.client.Read(ctx, "files.info", url.Values{"file": {file}}, &answer)
	if webapi.HasCode(err, "file_not_found", "file_deleted") {
		return nil, nil
	}
	out := map[string]bool{}
	for _, in := range []map[string][]any{answer.File.Shares.Public, answer.File.Shares.Private} {
		for channel, list := range in {
			out[channel] = len(list) > 0
		}
	}
	return out, err
}

// transcript is everything that was said before the conversation came into this
// thread, as text, with the number of its lines.
func (v *visit) transcript(ctx context.Context) (string, int, error) {
	events, err := readAll(ctx, v.Log, v.w.Conversation, 0)
	if err != nil {
		return "", 0, err
	}
	name, err := v.visitorName(ctx)
	if err != nil {
		return "", 0, err
	}
	text, lines := draw.TranscriptText(v.state, name, events, v.thread.OpenedAt)
	return text, lines, nil
}
