package slackbridge

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestCrowd: fifty people who act in one moment are all known in that moment,
// although only a part of them may be asked for one by one. Somebody who is not
// in the list is still asked for.
func TestCrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		calls := map[string]int{}
		rt := roundTrip(func(r *http.Request) (*http.Response, error) {
			method := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
			mu.Lock()
			calls[method]++
			mu.Unlock()
			answer := map[string]any{"ok": true}
			one := func(id string) map[string]any {
				return map[string]any{"id": id, "team_id": "T1", "name": strings.ToLower(id), "deleted": id == "U7", "is_restricted": id == "U8"}
			}
			if method == "users.info" {
				_ = r.ParseForm()
				answer["user"] = one(r.Form.Get("user"))
			} else {
				var all []any
				for i := range 50 {
					all = append(all, one(fmt.Sprintf("U%d", i)))
				}
				answer["members"] = all
			}
			body, err := json.Marshal(answer)
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(string(body))), Header: http.Header{}}, err
		})
		p := newTestPeople(rt)
		began := time.Now()
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				id := fmt.Sprintf("U%d", i)
				who, err := p.profile(t.Context(), id)
				if err != nil || who.ID != id || who.Team != "T1" || who.Deleted != (id == "U7") || who.Guest != (id == "U8") {
					t.Errorf("%s is %+v, %v", id, who, err)
				}
			})
		}
		wg.Wait()
		if took := time.Since(began); took > 0 {
			t.Errorf("somebody waited %v", took)
		}
		if calls["users.list"] != 1 || calls["users.info"] != 20 {
			t.Errorf("calls: %v", calls)
		}
		if who, err := p.profile(t.Context(), "UNEW"); err != nil || who.ID != "UNEW" || calls["users.list"] != 1 {
			t.Errorf("somebody who is not in the list is %+v, %v, calls %v", who, err, calls)
		}
		if took := time.Since(began); took == 0 || took > time.Second {
			t.Errorf("one more is asked for after %v, want a token's time", took)
		}
	})
}
