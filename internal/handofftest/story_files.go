package handofftest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// sample is the content of a file with this name; "big" in it makes it too large,
// and "fake" makes it something else than its name says.
func sample(name string) []byte {
	switch {
	case strings.Contains(name, "fake"):
		return []byte("<svg onload=alert(1)>")
	case strings.Contains(name, "big"):
		return bytes.Repeat([]byte("a"), 11<<20)
	case path.Ext(name) == ".png":
		var out bytes.Buffer
		_ = png.Encode(&out, image.NewGray(image.Rect(0, 0, 12, 8)))
		return out.Bytes()
	case path.Ext(name) == ".pdf":
		return []byte("%PDF-1.4\n" + name + "\n%%EOF\n")
	}
	return []byte("The file " + name + ".\n")
}

// File is a file as the visitor's API sends it.
type File struct {
	ID, Name, Type, URL string
	Size                int
}

// Upload keeps a file for a message and returns its id.
func (v *Visitor) Upload(name string, data []byte) (File, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		return File{}, err
	}
	_, _ = part.Write(data)
	_ = form.Close()
	res, err := v.call(http.MethodPost, "/v1/files", &body, form.FormDataContentType())
	if err != nil {
		return File{}, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusCreated {
		return File{}, fmt.Errorf("upload %s: %d %s: %w", name, res.StatusCode, raw, err)
	}
	var f File
	return f, json.Unmarshal(raw, &f)
}

// Get fetches a file: its status and its content.
func (v *Visitor) Get(f File) (int, []byte, error) {
	res, err := v.call(http.MethodGet, f.URL, nil, "")
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	return res.StatusCode, raw, err
}

func (v *Visitor) call(method, path string, body io.Reader, media string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(v.tb.Context(), method, v.base+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Origin", v.origin)
	req.Header.Set("Authorization", "Bearer "+v.token)
	if media != "" {
		req.Header.Set("Content-Type", media)
	}
	return v.client.Do(req)
}

// carried finds a file by its name in what the visitor sees now.
func carried(items []Item, name string) (File, bool) {
	gone := map[int]bool{}
	var dropped []string
	for _, it := range items {
		if it.Type == "retracted" {
			gone[it.Of] = true
		}
		dropped = append(dropped, it.Dropped...)
	}
	for _, it := range items {
		for _, f := range it.Files {
			if f.Name == name && !gone[it.Seq] && !slices.Contains(dropped, f.ID) {
				return f, true
			}
		}
	}
	return File{}, false
}

// visitorFiles is what a visitor does with files:
//
//	visitor anna sends a.png TEXT…    (uploads it, and says TEXT with it)
//	visitor anna gets a.png           (a line carries it, and it can be fetched)
//	visitor anna lost a.png           (no line carries it, and it cannot be fetched)
func (s *story) visitorFiles(v *Visitor, verb string, rest []string) (acted bool, err error) {
	switch verb {
	case "sends":
		f, err := v.Upload(rest[0], sample(rest[0]))
		if err != nil {
			return true, err
		}
		s.lines++
		v.Post("messages", map[string]any{"client_id": "line-" + strconv.Itoa(s.lines), "text": strings.Join(rest[1:], " "), "files": []any{map[string]any{"id": f.ID}}})
		s.files[f.Name] = f
	case "gets":
		err := v.wait(func(items []Item) bool { _, ok := carried(items, rest[0]); return ok }, Patience)
		f, _ := carried(v.Items(), rest[0])
		if err != nil {
			return true, fmt.Errorf("%w; the chat:\n%s", err, v.Transcript())
		}
		s.files[f.Name] = f
		status, data, err := v.Get(f)
		if err != nil || status != http.StatusOK || len(data) != f.Size {
			return true, fmt.Errorf("it is served with %d, %d bytes of %d: %w", status, len(data), f.Size, err)
		}
	case "lost":
		err := v.wait(func(items []Item) bool { _, ok := carried(items, rest[0]); return !ok }, Patience)
		if err != nil {
			return true, err
		}
		if status, _, err := v.Get(s.files[rest[0]]); err != nil || status != http.StatusNotFound {
			return true, fmt.Errorf("it is served with %d, want 404: %w", status, err)
		}
	default:
		return false, nil
	}
	return true, nil
}

// agentFiles is what an agent does with files in Slack:
//
//	agent maya uploads a.pdf TEXT…    (into the thread)
//	agent maya unfiles a.pdf          (deletes the file)
//	agent maya has a.png              (a message of ours below the card shows it, one)
func (s *story) agentFiles(user string, c [2]string, verb string, rest []string) (acted bool, err error) {
	h := s.house
	switch verb {
	case "uploads":
		_, err := h.Slack.Upload(user, c[0], c[1], strings.Join(rest[1:], " "), fakeslack.File{Name: rest[0], Data: sample(rest[0])})
		return true, err
	case "unfiles":
		for _, m := range h.Slack.Thread(c[0], c[1]) {
			for _, f := range m.Files {
				if f.Name == rest[0] {
					return true, h.Slack.DeleteFile(user, f.ID)
				}
			}
		}
		return true, fmt.Errorf("no message shows %s", rest[0])
	case "has":
		shown := func(st *fakeslack.State) int { return showing(st.Thread(c[0], c[1]), rest[0]) }
		err := h.until(rest[0]+" in the thread", func(st *fakeslack.State) bool { return shown(st) == 1 })
		return true, err
	}
	return false, nil
}

func showing(thread []fakeslack.Message, name string) (n int) {
	for _, m := range thread {
		for _, f := range m.Files {
			if f.Name == name && m.BotID != "" && len(f.Data) > 0 {
				n++
			}
		}
	}
	return n
}
