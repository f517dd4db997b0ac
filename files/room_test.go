package files

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/files/ledger"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// fakeS3 is a bucket on loopback. It takes requests that are signed with its key,
// of this bucket alone.
type fakeS3 struct {
	mu      sync.Mutex
	objects map[string][]byte
	odd     []string
	down    bool
}

func (s *fakeS3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, ok := strings.CutPrefix(r.URL.Path, "/handoff/chat/")
	signed := strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=AKTEST/") && strings.Contains(r.Header.Get("Authorization"), "/eu-test-1/s3/aws4_request")
	switch {
	case s.down:
		fail(w, http.StatusServiceUnavailable, "SlowDown")
	case !signed:
		fail(w, http.StatusForbidden, "AccessDenied")
	case !ok || !idForm.MatchString(key) || r.URL.RawQuery != "":
		s.odd = append(s.odd, r.Method+" "+r.URL.String())
		fail(w, http.StatusNotImplemented, "NotImplemented")
	case r.Method == http.MethodPut:
		data, _ := io.ReadAll(r.Body)
		if r.Header.Get("X-Amz-Acl") != "" || r.Header.Get("X-Amz-Decoded-Content-Length") != "" {
			data = unchunk(data)
		}
		s.objects[key] = data
		w.Header().Set("ETag", `"0123456789abcdef0123456789abcdef"`)
	case r.Method == http.MethodDelete:
		delete(s.objects, key)
		w.WriteHeader(http.StatusNoContent)
	default:
		data, there := s.objects[key]
		if !there {
			fail(w, http.StatusNotFound, "NoSuchKey")
			return
		}
		w.Header().Set("ETag", `"0123456789abcdef0123456789abcdef"`)
		http.ServeContent(w, r, "", time.Unix(1700000000, 0), bytes.NewReader(data))
	}
}

func fail(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<Error><Code>"+code+"</Code><Message>no</Message></Error>")
}

// unchunk takes the signatures out of a body that is signed in pieces.
func unchunk(data []byte) []byte {
	var out []byte
	for len(data) > 0 {
		head, rest, ok := bytes.Cut(data, []byte("\r\n"))
		size, _, _ := bytes.Cut(head, []byte(";"))
		n := 0
		for _, c := range size {
			n = n<<4 | strings.IndexByte("0123456789abcdef", c)
		}
		if !ok || n <= 0 || n > len(rest) {
			return out
		}
		out, data = append(out, rest[:n]...), bytes.TrimPrefix(rest[n:], []byte("\r\n"))
	}
	return out
}

// places are where content can be kept, each as a test's setting.
func places(t *testing.T) map[string]Place {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "AKTEST")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	s3 := &fakeS3{objects: map[string][]byte{}}
	server := httptest.NewServer(s3)
	t.Cleanup(func() {
		server.Close()
		if len(s3.odd) > 0 {
			t.Errorf("the bucket was asked for %v", s3.odd)
		}
		if len(s3.objects) > 0 {
			t.Errorf("the bucket still holds %d objects", len(s3.objects))
		}
	})
	out := map[string]Place{}
	for name, setting := range map[string]string{"folder": "file://" + t.TempDir(), "s3": "s3://handoff/chat?region=eu-test-1&endpoint=" + server.URL} {
		p, err := ParsePlace(setting)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = p
	}
	return out
}

// What is kept comes back, of one source once, and goes with its row: in a folder
// and in a bucket.
func TestKeepAndForget(t *testing.T) {
	for name, place := range places(t) {
		t.Run(name, func(t *testing.T) { keepAndForget(t, place) })
	}
}

func keepAndForget(t *testing.T, place Place) {
	ctx, now := t.Context(), time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	db, err := store.Open(ctx, "sqlite://"+t.TempDir()+"/x.db", store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	room, err := Open(Deps{Place: place, Rows: db, Transport: transport, Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = room.Close() })
	owner := session.Owner{Visitor: "v1", Widget: "pk"}
	f, err := room.Take(ctx, ledger.File{Owner: owner}, "a.txt", strings.NewReader("hello"), 100)
	if err != nil {
		t.Fatalf("take: %v", err)
	}
	if got := read1(t, room, f.ID); got != "hello" {
		t.Errorf("it holds %q", got)
	}
	if _, err := room.Owned(ctx, session.Owner{Visitor: "v2", Widget: "pk"}, f.ID); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("another's: %v, want ErrNotFound", err)
	}
	from := ledger.File{Source: "slack:T1:F1"}
	first, err := room.Take(ctx, from, "b.txt", strings.NewReader("one"), 100)
	if err != nil {
		t.Fatal(err)
	}
	again, err := room.Take(ctx, from, "b.txt", strings.NewReader("two"), 100)
	if err != nil || again.ID != first.ID || read1(t, room, again.ID) != "one" {
		t.Errorf("of one source again: %+v, %v, want %+v", again, err, first)
	}
	for _, id := range []string{"fil_aaaaaaaaaaaaaaaaaaaaaaaaaa", "../x", ""} {
		if _, err := room.Open(ctx, id); !errors.Is(err, conversation.ErrNotFound) {
			t.Errorf("open %q: %v, want ErrNotFound", id, err)
		}
	}
	now = now.Add(25 * time.Hour)
	if err := room.Collect(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := room.Open(ctx, f.ID); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("after a day without a line: %v, want ErrNotFound", err)
	}
	if due, err := db.DueFiles(context.WithoutCancel(ctx), now, now, 10); err != nil || len(due) != 0 {
		t.Errorf("rows are left: %v, %v", due, err)
	}
}

func read1(t *testing.T, r *Room, id string) string {
	t.Helper()
	in, err := r.Open(t.Context(), id)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	defer func() { _ = in.Close() }()
	data, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestParsePlace(t *testing.T) {
	for setting, want := range map[string]Place{
		"file://files": {Folder: "files"}, "file:///var/lib/handoff": {Folder: "/var/lib/handoff"},
		"s3://b":                                       {Bucket: "b", Endpoint: "s3.amazonaws.com"},
		"s3://b/a/c/?region=eu-1":                      {Bucket: "b", Prefix: "a/c", Endpoint: "s3.amazonaws.com", Region: "eu-1"},
		"s3://b?endpoint=https://s3.example.com":       {Bucket: "b", Endpoint: "s3.example.com"},
		"s3://b?endpoint=http://127.0.0.1:9000&region": {Bucket: "b", Endpoint: "127.0.0.1:9000", Plain: true},
	} {
		if got, err := ParsePlace(setting); err != nil || got != want {
			t.Errorf("%s: got %+v, %v, want %+v", setting, got, err, want)
		}
	}
	for _, setting := range []string{"", "files", "file://", "ftp://x", "s3://", "s3://u:p@b", "s3://b?endpoint=http://s3.example.com", "s3://b?endpoint=x", "s3://b?acl=public", "s3://b?endpoint=https://a/b"} {
		if got, err := ParsePlace(setting); err == nil {
			t.Errorf("%s: got %+v, want an error", setting, got)
		}
	}
}

// FuzzRead: whatever comes, reading it ends, and what is taken is of a kind we
// know and not larger than a picture can be.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;", "%PDF-1.4 %%EOF", "hello"} {
		f.Add("a.gif", []byte(seed))
		f.Add("a.txt", []byte(seed))
		f.Add("a.jpg", []byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00"+seed))
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if got := CleanName(name); got != CleanName(got) || got == "" || len([]rune(got)) > maxName {
			t.Errorf("%q becomes %q, and that %q", name, got, CleanName(got))
		}
		orientation(data)
		gifFrames(data)
		got, _, err := read(t.Context(), name, data)
		var refused *ledger.Refusal
		if err != nil && !errors.As(err, &refused) {
			t.Errorf("got %v, want a refusal", err)
		}
		if err == nil && got.Width*got.Height > maxPixels {
			t.Errorf("took %+v", got)
		}
	})
}
