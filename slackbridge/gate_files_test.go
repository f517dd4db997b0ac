package slackbridge

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
	fileledger "github.com/handoff-bot/handoff/files/ledger"
)

// keeper takes every file.
type keeper struct{ Files }

func (keeper) Take(_ context.Context, _ fileledger.File, name string, in io.Reader, _ int64) (conversation.File, error) {
	data, err := io.ReadAll(in)
	return conversation.File{ID: "fil_1", Name: name, Size: int64(len(data))}, err
}

// B-65: only Slack's own hosts are asked for a file, only they get the token, and a
// redirect to somewhere else is not followed.
func TestB65FilesComeFromSlackOnly(t *testing.T) {
	asked := 0
	canary := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer canary.Close()
	slackAt := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/away":
			http.Redirect(w, r, canary.URL+"/x", http.StatusFound)
		case r.Header.Get("Authorization") != "Bearer xoxb-test":
			http.Redirect(w, r, "/signin", http.StatusFound)
		default:
			_, _ = io.WriteString(w, "words")
		}
	}))
	defer slackAt.Close()
	b := &Bridge{Deps: Deps{Files: keeper{}, HTTP: slackAt.Client(), Config: Config{APIURL: slackAt.URL + "/api/", BotToken: "xoxb-test"}}, log: slog.New(slog.DiscardHandler)}
	for _, address := range []string{
		canary.URL + "/a.txt", "https://files.slack.com.evil.example/a", "https://files.slack.com@evil.example/a", "http://files.slack.com/a",
		"https://evil.example/files.slack.com", "file:///etc/passwd", "//files.slack.com/a", slackAt.URL + "/away",
	} {
		f, why, err := b.takeFile(t.Context(), said{}, fileRef{ID: "F1", Name: "a.txt", URL: address})
		if why == "" || err != nil {
			t.Errorf("%s: got %+v, %q, %v, want it lost", address, f, why, err)
		}
	}
	if asked != 0 {
		t.Errorf("%d requests went elsewhere", asked)
	}
	f, why, err := b.takeFile(t.Context(), said{}, fileRef{ID: "F1", Name: "a.txt", URL: slackAt.URL + "/a.txt"})
	if f.Size != 5 || why != "" || err != nil {
		t.Errorf("from Slack: got %+v, %q, %v", f, why, err)
	}
	b.Config.BotToken = "xoxb-other"
	if _, why, err := b.takeFile(t.Context(), said{}, fileRef{ID: "F1", Name: "a.txt", URL: slackAt.URL + "/a.txt"}); why == "" || err != nil {
		t.Errorf("without access: %q, %v, want it lost", why, err)
	}
}
