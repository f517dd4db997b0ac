package handofftest

import (
	"io"
	"net/http"
	"testing"

	"github.com/handoff-bot/handoff/store/storetest"
)

// During an upgrade a page that a newer node has served asks an older one for its
// files: it has them from the moment the newer one starts.
func TestANodeServesTheFilesOfANewerOne(t *testing.T) {
	url := storetest.Postgres(t)
	h := New(t, Options{Runs: InProcess, Storage: url})
	h.Start()
	ask := func(address string) (int, string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.URL+address, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(body)
	}
	const panel, loader = "bbbbbbbbbbbb/panel.js", "widget@99.0.0.js"
	for _, address := range []string{"/w/" + panel, "/" + loader} {
		if status, body := ask(address); status != http.StatusNotFound {
			t.Errorf("%s before the newer node: %d %s", address, status, body)
		}
	}
	newer := storetest.OpenAt(t, url)
	if err := newer.KeepWidgetFiles(t.Context(), map[string][]byte{panel: []byte("the newer panel"), loader: []byte("the newer loader")}); err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{"/w/" + panel: "the newer panel", "/" + loader: "the newer loader"} {
		if status, body := ask(address); status != http.StatusOK || body != want {
			t.Errorf("%s: %d %s, want %q", address, status, body, want)
		}
	}
}
