package fakeslack

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxFile bounds an upload, in bytes.
const maxFile = 64 << 20

func fileType(name string) string {
	if ext := strings.TrimPrefix(path.Ext(name), "."); ext != "" {
		return ext
	}
	return "binary"
}

func (c *call) uploadURL() (reply, error) {
	size, err := strconv.Atoi(c.args["length"])
	switch {
	case c.args["filename"] == "" || err != nil:
		return nil, refuse("invalid_arguments")
	case size <= 0:
		return nil, refuse("file_upload_size_restricted")
	}
	name := c.args["filename"]
	kind := mime.TypeByExtension(path.Ext(name))
	if kind == "" {
		kind = "application/octet-stream"
	}
	f := &File{ID: c.newID("F"), Name: name, Title: name, Mimetype: strings.SplitN(kind, ";", 2)[0], User: c.opts.BotUser, Alt: c.args["alt_txt"], Size: size, Shares: map[string][]string{}}
	c.files[f.ID] = f
	return reply{"file_id": f.ID, "upload_url": c.link("/upload/" + f.ID)}, nil
}

// serveUpload takes the bytes, raw or as the first part of a multipart form;
// whatever follows the form's first terminator is not read.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("file")
	r.Body = http.MaxBytesReader(w, r.Body, maxFile)
	data, err := uploadedBytes(r)
	if err != nil {
		http.Error(w, "the upload could not be read", http.StatusBadRequest)
		return
	}
	known := false
	s.do(func() {
		f := s.state.files[id]
		known = f != nil && !f.Complete && len(data) == f.Size // the length was told before
		if known {
			f.Data = data
		}
	})
	if !known {
		http.Error(w, "no such upload", http.StatusNotFound)
		return
	}
	_, _ = fmt.Fprintf(w, "OK - %d", len(data))
}

func uploadedBytes(r *http.Request) ([]byte, error) {
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		return io.ReadAll(r.Body)
	}
	form := multipart.NewReader(r.Body, params["boundary"])
	var data []byte
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
		if part.FileName() == "" {
			continue
		}
		if data, err = io.ReadAll(part); err != nil {
			return nil, err
		}
	}
}

func (c *call) uploadComplete() (reply, error) {
	var named []struct{ ID, Title string }
	if json.Unmarshal([]byte(c.args["files"]), &named) != nil || len(named) == 0 {
		return nil, refuse("invalid_arguments")
	}
	var files []File
	for _, n := range named {
		f := c.files[n.ID]
		if f == nil || f.Complete || len(f.Data) == 0 {
			return nil, refuse("file_not_found") // completing twice is an error, too
		}
		if n.Title != "" {
			f.Title = n.Title
		}
		files = append(files, *f)
	}
	out := reply{"files": c.wireFiles(files)}
	channel := c.args["channel_id"]
	if channel == "" {
		channel = c.args["channels"]
	}
	if channel == "" {
		c.complete(files)
		return out, nil
	}
	c.args["channel"] = channel
	r, err := c.joined()
	if err != nil {
		return nil, err
	}
	c.complete(files)
	m := &Message{Channel: r.ID, TS: c.nextTS(), Text: normalize(c.args["initial_comment"]), Raw: c.args["initial_comment"], User: c.opts.BotUser, BotID: c.opts.BotID, AppID: c.opts.AppID, Team: c.opts.Team}
	m.ThreadTS = r.threadFor(c.args["thread_ts"])
	c.s.shareFiles(r, m, files)
	return out, nil
}

func (st *State) complete(files []File) {
	for _, f := range files {
		st.files[f.ID].Complete = true
	}
}

// shareFiles stores a message with files and tells about both.
func (s *Server) shareFiles(r *room, m *Message, files []File) {
	if !s.state.sw.PlainFileMessages {
		m.Subtype = "file_share"
	}
	m.Files = files
	s.state.store(r, m)
	for i, f := range files {
		stored := s.state.files[f.ID]
		if stored.Shares == nil {
			stored.Shares = map[string][]string{}
		}
		stored.Shares[r.ID] = append(stored.Shares[r.ID], m.TS)
		m.Files[i] = *stored
		if s.heard(r) {
			s.raise("file_shared", map[string]any{"type": "file_shared", "channel_id": r.ID, "file_id": f.ID, "user_id": m.User, "file": map[string]any{"id": f.ID}})
		}
	}
	s.raiseMessage(r, m, nil)
}

func (c *call) fileInfo() (reply, error) {
	f := c.files[c.args["file"]]
	if f == nil {
		return nil, refuse("file_not_found")
	}
	out := c.wireFile(*f, false)
	shares := map[string]any{}
	for channel, list := range f.Shares {
		var rows []map[string]any
		for _, ts := range list {
			rows = append(rows, map[string]any{"ts": ts, "channel_name": c.channels[channel].Name, "team_id": c.opts.Team, "share_user_id": f.User})
		}
		kind := "public"
		if c.channels[channel].kind() != "channel" {
			kind = "private"
		}
		group, _ := shares[kind].(map[string]any)
		if group == nil {
			group = map[string]any{}
		}
		group[channel] = rows
		shares[kind] = group
	}
	out["shares"] = shares
	return reply{"file": out, "comments": []any{}, "response_metadata": reply{"next_cursor": ""}}, nil
}

// serveFile gives the content to the bot token and a sign-in page to others.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	_, id, _ := strings.Cut(r.PathValue("file"), "-")
	s.mu.Lock()
	f := s.state.files[id]
	allowed := r.Header.Get("Authorization") == "Bearer "+s.opts.BotToken && s.state.tokenError == ""
	down := s.state.sw.FilesDown
	var data []byte
	var kind string
	if f != nil {
		data, kind = f.Data, f.Mimetype
	}
	s.mu.Unlock()
	switch {
	case down:
		http.Error(w, "the files are not there now", http.StatusServiceUnavailable)
	case !allowed:
		http.Redirect(w, r, "/signin?redir="+r.URL.Path, http.StatusFound)
	case f == nil:
		http.NotFound(w, r)
	default:
		w.Header().Set("Content-Type", kind)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Disposition", "attachment")
		_, _ = w.Write(data)
	}
}

func (s *Server) serveSignIn(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to see this file.</body></html>")
}

// serveAvatar draws a user's initial on a colour of their own.
func (s *Server) serveAvatar(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("user")
	s.mu.Lock()
	name := s.state.name(id)
	s.mu.Unlock()
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	initial := "?"
	if c, _ := utf8.DecodeRuneInString(name); c > ' ' && c != utf8.RuneError && !strings.ContainsRune(`<>&"'`, c) {
		initial = strings.ToUpper(string(c))
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	_, _ = fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72"><rect width="72" height="72" rx="12" fill="hsl(%d 45%% 42%%)"/><text x="36" y="48" font-family="sans-serif" font-size="34" fill="#fff" text-anchor="middle">%s</text></svg>`, h.Sum32()%360, initial)
}

func (s *Server) dropFile(user, id string) error {
	f := s.state.files[id]
	switch {
	case f == nil:
		return refuse("file_not_found")
	case f.User != user:
		return refuse("cant_delete_file")
	}
	delete(s.state.files, id)
	for channel, list := range f.Shares {
		r := s.state.channels[channel]
		for _, ts := range list {
			m := r.find(ts)
			if m == nil {
				continue
			}
			old := *m
			m.Files = slices.DeleteFunc(slices.Clone(m.Files), func(f File) bool { return f.ID == id })
			if m.Text == "" && len(m.Files) == 0 {
				*m = old
				s.remove(r, m)
				continue
			}
			s.raiseChanged(r, m, &old)
		}
	}
	s.raise("file_deleted", map[string]any{"type": "file_deleted", "file_id": id})
	return nil
}
