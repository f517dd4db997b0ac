package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"sync"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/store/storetest"
)

// killedVariable carries the database's URL to the process that is to be killed.
const killedVariable = "HANDOFF_STORETEST_KILLED"

// TestKilled: what a process had acknowledged when it was killed is there, and
// the log is whole.
func TestKilled(t *testing.T) {
	if url := os.Getenv(killedVariable); url != "" {
		appendForEver(t, url)
	}
	ctx := context.Background()
	url := storetest.SQLite(t)
	for round := range 3 {
		acknowledged, id := killAfter(t, url, 300*(round+1))
		s := storetest.OpenAt(t, url, store.Options{Consumers: []string{"bot"}})
		log, err := s.Events(ctx, id, 0, 1_000_000)
		if err != nil {
			t.Fatal(err)
		}
		keys := map[string]bool{}
		for i, e := range log {
			if e.Seq != conversation.Seq(i+1) {
				t.Fatalf("event %d has seq %d", i+1, e.Seq)
			}
			keys[e.Key] = true
		}
		for _, key := range acknowledged {
			if !keys[key] {
				t.Errorf("%s was acknowledged and is gone", key)
			}
		}
		if state, err := s.State(ctx, id); err != nil || !reflect.DeepEqual(state, conversation.Fold(conversation.State{}, log...)) {
			t.Errorf("the fold is %+v, %v", state, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// killAfter starts this test binary as another process, reads n acknowledged
// keys from it and kills it in the middle of its work.
func killAfter(t *testing.T, url string, n int) (acknowledged []string, id conversation.ID) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	child.Env = append(os.Environ(), killedVariable+"="+url)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for len(acknowledged) < n && lines.Scan() {
		if id == "" {
			id = conversation.ID(lines.Text())
			continue
		}
		acknowledged = append(acknowledged, lines.Text())
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() { // said before it died
		acknowledged = append(acknowledged, lines.Text())
	}
	_ = child.Wait()
	if len(acknowledged) < n {
		t.Fatalf("the process ended after %d lines: %v", len(acknowledged), acknowledged)
	}
	return acknowledged, id
}

func appendForEver(t *testing.T, url string) {
	ctx := context.Background()
	s := storetest.OpenAt(t, url, store.Options{Consumers: []string{"bot"}})
	id := storetest.Conversation(t, s).ID
	fmt.Println(id)
	var wg sync.WaitGroup
	var mu sync.Mutex
	for w := range 16 {
		wg.Go(func() {
			for i := 0; ; i++ {
				key := fmt.Sprintf("v:%d.%d", w, i)
				if _, err := s.Append(ctx, id, key, storetest.Says("x")); err != nil {
					return
				}
				mu.Lock()
				fmt.Println(key)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}
