package widgetapi

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/handoff-bot/handoff/conversation"
)

// uploads sends a file as a browser does.
func (g *guest) uploads(name string, data []byte) answerOf {
	g.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", `form-data; name="file"; filename="`+strings.NewReplacer(`"`, "%22", "\r", "%0D", "\n", "%0A").Replace(name)+`"`)
	h.Set("Content-Type", "application/octet-stream")
	part, err := form.CreatePart(h)
	if err != nil {
		g.Fatal(err)
	}
	_, _ = part.Write(data)
	_ = form.Close()
	return g.do("POST", "/v1/files", body.Bytes(), "Content-Type", form.FormDataContentType())
}

// keeps uploads a file that is taken.
func (g *guest) keeps(name string, data []byte) FileReply {
	g.Helper()
	a := g.uploads(name, data)
	if a.status != http.StatusCreated {
		g.Fatalf("upload %q: got %d %s, want 201", name, a.status, a.body)
	}
	var f FileReply
	if err := json.Unmarshal(a.body, &f); err != nil {
		g.Fatal(err)
	}
	return f
}

func (g *guest) fetches(f FileReply) answerOf {
	g.Helper()
	return g.want(http.StatusOK, "GET", f.URL, nil, nil)
}

// sends says something with files.
func (g *guest) sends(id conversation.ID, clientID, text string, sent ...FileReply) {
	g.Helper()
	body := MessageBody{ClientID: clientID, Text: text}
	for _, f := range sent {
		body.Files = append(body.Files, FileBody{f.ID})
	}
	g.want(http.StatusCreated, "POST", at(id, "/messages"), body, nil)
}

func picture(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = byte(i * 7)
	}
	for y := range h {
		img.SetNRGBA(0, y, color.NRGBA{R: 255, A: 255})
	}
	return img
}

func pngOf(w, h int) []byte {
	var out bytes.Buffer
	_ = png.Encode(&out, picture(w, h))
	return out.Bytes()
}

func jpegOf(w, h int) []byte {
	var out bytes.Buffer
	_ = jpeg.Encode(&out, picture(w, h), nil)
	return out.Bytes()
}

func gifOf(w, h, frames int) []byte {
	g := &gif.GIF{}
	for range frames {
		g.Image = append(g.Image, image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.Black, color.White}))
		g.Delay = append(g.Delay, 1)
	}
	var out bytes.Buffer
	_ = gif.EncodeAll(&out, g)
	return out.Bytes()
}

const pdfOf = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"

// payload is what must never be in what is served.
const payload = "<script>alert(1)</script>"

// withChunk puts a text chunk into a PNG, behind its header.
func withChunk(data []byte, kind, text string) []byte {
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(text)))
	body := append([]byte(kind), text...)
	chunk = append(append(chunk, body...), binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(body))...)
	const header = 8 + 25
	return append(append(bytes.Clone(data[:header]), chunk...), data[header:]...)
}

// withSegment puts a segment into a JPEG, behind its first marker.
func withSegment(data []byte, marker byte, content string) []byte {
	segment := append([]byte{0xff, marker}, binary.BigEndian.AppendUint16(nil, uint16(len(content)+2))...)
	return append(append(bytes.Clone(data[:2]), append(segment, content...)...), data[2:]...)
}

// B-66: extension, first bytes and a whole parse have to agree; a picture is
// written anew, so that nothing which hid in it is served.
func TestB66TypeConfusion(t *testing.T) {
	svg, html := `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "<!doctype html>"+payload
	archive := "PK\x03\x04\x14\x00\x00\x00\x08\x00" + strings.Repeat("x", 60) + "PK\x05\x06" + strings.Repeat("\x00", 18)
	refused := []struct{ name, data string }{
		{"a.svg", svg}, {"a.png", svg}, {"a.txt", svg}, {"a.txt", "  \n\t" + svg}, {"a.txt", "\xef\xbb\xbf" + svg}, {"a.html", html}, {"a.htm", html}, {"a.txt", html},
		{"a.png", html}, {"a.jpg", html}, {"a.pdf", html}, {"a.xml", "<?xml version='1.0'?><x/>"}, {"a.txt", "<?xml version='1.0'?><x/>"}, {"a.js", "alert(1)"},
		{"a.txt", "hello " + payload}, {"a.csv", "a,b\n" + payload}, {"a.md", "# x\n<iframe src=x>"}, {"a.exe", "MZ\x90\x00"}, {"a.txt", "MZ\x90\x00\x03"}, {"a.pdf", "MZ\x90\x00"},
		{"a.zip", archive}, {"a.png", archive}, {"a.pdf", archive}, {"a.docx", archive}, {"a.docm", archive}, {"a.pdf", "%PDF-1.4\n" + archive + "%%EOF"},
		{"a.pdf", "%PDF-1.4\nno end"}, {"a.pdf", "x" + pdfOf}, {"a.gif", "GIF89a/*" + payload + "*/=1"}, {"a.txt", "GIF89a/*" + payload + "*/=1"},
		{"a.png", string(pngOf(4, 4)[:40])}, {"a.jpg", string(jpegOf(8, 8)[:60])}, {"a.png", string(jpegOf(4, 4))}, {"a.jpg", string(pngOf(4, 4))}, {"a.gif", string(pngOf(4, 4))},
		{"a.txt", string(pngOf(4, 4))}, {"a", string(pngOf(4, 4))}, {"png", string(pngOf(4, 4))}, {"a.png.exe", string(pngOf(4, 4))}, {"a.html.png", string(pngOf(4, 4))},
		{"invoice.exe.pdf", pdfOf}, {"a.webp", "RIFF\x10\x00\x00\x00WEBPVP8 "}, {"a.bmp", "BM" + strings.Repeat("\x00", 60)}, {"a.tiff", "II*\x00"}, {"a.ico", "\x00\x00\x01\x00"},
		{"a.txt", "\xff\xfeh\x00i\x00"}, {"a.txt", "a\x00b"}, {"a.sh", "#!/bin/sh\nls"}, {"a.txt", "#!/bin/sh\nls"}, {"a.mhtml", "MIME-Version: 1.0"},
	}
	h := newHouse(t)
	g := h.guest()
	for _, c := range refused {
		if a := g.uploads(c.name, []byte(c.data)); a.status < 400 || a.status >= 500 || a.code() != codeFileType && a.code() != codeFileDamaged && a.code() != codeFileLarge {
			t.Errorf("%q with %.20q: got %d %s, want a refusal", c.name, c.data, a.status, a.body)
		}
	}
	anew := []struct {
		name, kind string
		data       []byte
	}{
		{"tail.png", "image/png", append(pngOf(6, 5), html...)},
		{"chunk.png", "image/png", withChunk(pngOf(6, 5), "tEXt", "Comment\x00"+payload)},
		{"zip.png", "image/png", append(pngOf(6, 5), archive...)},
		{"tail.jpg", "image/jpeg", append(jpegOf(6, 5), html...)},
		{"comment.jpeg", "image/jpeg", withSegment(jpegOf(6, 5), 0xfe, payload)},
		{"tail.gif", "image/gif", append(gifOf(6, 5, 2), html...)},
	}
	for _, c := range anew {
		f := g.keeps(c.name, c.data)
		got := g.fetches(f)
		if f.Type != c.kind || f.Name != c.name || f.Width != 6 || f.Height != 5 || f.Size != int64(len(got.body)) {
			t.Errorf("%s: got %+v", c.name, f)
		}
		if bytes.Equal(got.body, c.data) || bytes.Contains(got.body, []byte(payload)) || bytes.Contains(got.body, []byte("PK\x03\x04")) {
			t.Errorf("%s is served with what hid in it", c.name)
		}
		if _, kind, err := image.Decode(bytes.NewReader(got.body)); err != nil || "image/"+kind != c.kind {
			t.Errorf("%s: what is served is %q, %v", c.name, kind, err)
		}
	}
	for name, data := range map[string]string{"a.pdf": pdfOf, "a.txt": "Grüße, order 1042\n", "a.csv": "a;b\n1;2\n", "x.log": "12:00 ok"} {
		if f := g.keeps(name, []byte(data)); string(g.fetches(f).body) != data {
			t.Errorf("%s was changed", name)
		}
	}
}

// hugePNG claims a size and holds nothing.
func hugePNG(w, h uint32) []byte {
	data := bytes.Clone(pngOf(1, 1))
	binary.BigEndian.PutUint32(data[16:], w)
	binary.BigEndian.PutUint32(data[20:], h)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return data
}

// B-67: what would fill the memory is refused before it is decoded.
func TestB67Bombs(t *testing.T) {
	g := newHouse(t).guest()
	frames := gifOf(2, 2, 1)
	at := bytes.IndexByte(frames[13:], 0x2c) + 13
	frame := frames[at : len(frames)-1]
	many := append(bytes.Clone(frames[:len(frames)-1]), bytes.Repeat(frame, 9999)...)
	many = append(many, 0x3b)
	wide := gifOf(2, 2, 1)
	binary.LittleEndian.PutUint16(wide[6:], 65000)
	binary.LittleEndian.PutUint16(wide[8:], 65000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for name, data := range map[string][]byte{
		"50000.png": hugePNG(50_000, 50_000), "square.png": hugePNG(6400, 6400), "line.png": hugePNG(30_000, 1), "frames.gif": many, "wide.gif": wide,
	} {
		if a := g.uploads(name, data); a.status != http.StatusRequestEntityTooLarge || a.code() != codeFileLarge {
			t.Errorf("%s: got %d %s, want %s", name, a.status, a.body, codeFileLarge)
		}
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.TotalAlloc - before.TotalAlloc); grown > 50<<20 {
		t.Errorf("refusing them took %d MB, want less than 50", grown>>20)
	}
}

// gps is an EXIF segment with a place and an orientation.
func gps(orientation byte) string {
	return "Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00" + string([]byte{orientation}) + "\x00\x00\x00\x00\x00\x00\x00GPSLatitude 48.8566"
}

// B-68: where a photo was taken is not in what is served, and it is the right way
// up without that.
func TestB68Exif(t *testing.T) {
	g := newHouse(t).guest()
	f := g.keeps("beach.jpg", withSegment(jpegOf(40, 20), 0xe1, gps(6)))
	got := g.fetches(f).body
	if bytes.Contains(got, []byte("GPS")) || bytes.Contains(got, []byte("Exif")) {
		t.Error("the place is still in it")
	}
	if f.Width != 20 || f.Height != 40 {
		t.Errorf("turned by 90 degrees it is %d×%d, want 20×40", f.Width, f.Height)
	}
	shown, err := jpeg.Decode(bytes.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	if r, gr, _, _ := shown.At(10, 0).RGBA(); r < 0x8000 || gr > r { // its left edge, red, is its upper one now
		t.Errorf("the upper edge is not what was the left one: %v", shown.At(10, 0))
	}
}

// B-69: a name is for people. It leads nowhere, orders nothing and breaks no
// header.
func TestB69FileNames(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	for sent, want := range map[string]string{
		"../../etc/passwd.png": "passwd.png", `..\..\boot.png`: "boot.png", "/etc/cron.d/x.png": "x.png", "CON.png": "_CON.png", "nul.tar.png": "_nul.tar.png",
		"safe\u202egpj.png": "safegpj.png", "a\r\nSet-Cookie: x=1.png": "a%0D%0ASet-Cookie_ x=1.png", `q"; filename="evil.html.png`: "", ".png": "", "...png": "",
		strings.Repeat("x", 1000) + ".png": strings.Repeat("x", 116) + ".png", "a\x00b.png": "", "Grüße 🚀.png": "Grüße 🚀.png", "a<b>:c|d?.png": "a_b__c_d_.png", " . .png": "",
	} {
		a := g.uploads(sent, pngOf(3, 3))
		if a.status != http.StatusCreated {
			if want != "" {
				t.Errorf("%.30q: got %d %s", sent, a.status, a.body)
			}
			continue
		}
		var f FileReply
		_ = json.Unmarshal(a.body, &f)
		if want != "" && f.Name != want {
			t.Errorf("%.30q became %q, want %q", sent, f.Name, want)
		}
		if utf8.RuneCountInString(f.Name) > 120 || strings.ContainsAny(f.Name, "/\\\r\n\x00\u202e") || strings.HasPrefix(f.Name, ".") {
			t.Errorf("%.30q became %q", sent, f.Name)
		}
		disposition := g.fetches(f).header.Values("Content-Disposition")
		kind, params, err := mime.ParseMediaType(strings.Join(disposition, "|"))
		if err != nil || kind != "inline" || params["filename"] != f.Name {
			t.Errorf("%.30q: the header is %q: %v", sent, disposition, err)
		}
	}
	entries, err := os.ReadDir(h.folder)
	if err != nil || len(entries) < 8 {
		t.Fatalf("the folder holds %v, %v", entries, err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "fil_") || len(e.Name()) != 30 {
			t.Errorf("the folder holds %q", e.Name())
		}
	}
	if outside, _ := filepath.Glob(filepath.Join(h.folder, "..", "*")); len(outside) != 1 {
		t.Errorf("something was written beside it: %v", outside)
	}
}

// B-70: a file is its owner's, and nothing in it runs.
func TestB70ServedFiles(t *testing.T) {
	h := newHouse(t)
	g, other := h.guest(), h.guest()
	elsewhere := h.guestAt(otherKey, otherSite)
	nobody := &guest{house: h, origin: shopOrigin}
	id := g.open()
	loose, sent := g.keeps("a.pdf", []byte(pdfOf)), g.keeps("b.png", pngOf(3, 3))
	g.sends(id, "c1", "", sent)
	for _, f := range []FileReply{loose, sent} {
		for _, who := range []*guest{other, elsewhere} {
			theirs := who.refused(http.StatusNotFound, codeNotFound, "GET", f.URL, nil)
			none := who.refused(http.StatusNotFound, codeNotFound, "GET", "/v1/files/fil_aaaaaaaaaaaaaaaaaaaaaaaaaa", nil)
			odd := who.refused(http.StatusNotFound, codeNotFound, "GET", "/v1/files/..%2fhandoff.db", nil)
			if !sameButRequestID(theirs.body, none.body) || !sameButRequestID(odd.body, none.body) {
				t.Errorf("another's is told from none: %s, %s, %s", theirs.body, none.body, odd.body)
			}
		}
		nobody.refused(http.StatusUnauthorized, codeUnauthorized, "GET", f.URL, nil)
		got := g.fetches(f)
		want := map[string]string{
			"Content-Type": f.Type, "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
			"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "private, no-store", "Content-Length": fmt.Sprint(f.Size),
		}
		for name, value := range want {
			if got.header.Get(name) != value {
				t.Errorf("%s: %s is %q, want %q", f.Name, name, got.header.Get(name), value)
			}
		}
		kind, _, _ := strings.Cut(got.header.Get("Content-Disposition"), ";")
		if (kind == "inline") != (f.Type == "image/png") {
			t.Errorf("%s: %s", f.Name, kind)
		}
	}
	other.refused(http.StatusBadRequest, codeInvalid, "POST", at(other.open(), "/messages"), MessageBody{ClientID: "c1", Files: []FileBody{{sent.ID}}})
	g.want(http.StatusNoContent, "DELETE", "/v1/sessions/current", nil, nil)
	g.refused(http.StatusUnauthorized, codeUnauthorized, "GET", sent.URL, nil)
}

// B-58: what the scanner finds is kept nowhere, and the visitor is told.
func TestB58Scanner(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	eicar := []byte(`X5O!P%@AP[4\PZX54(P^)7CC)7}$` + `EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`)
	scan := func(data []byte) (bool, error) { return !bytes.Contains(data, []byte("EICAR")), nil }
	h.scan.Store(&scan)
	if a := g.uploads("a.txt", eicar); a.status != http.StatusUnprocessableEntity || a.code() != codeFileBlocked {
		t.Errorf("got %d %s, want %s", a.status, a.body, codeFileBlocked)
	}
	if entries, _ := os.ReadDir(h.folder); len(entries) != 0 {
		t.Errorf("it was kept: %v", entries)
	}
	broken := func([]byte) (bool, error) { return false, os.ErrDeadlineExceeded }
	h.scan.Store(&broken)
	if a := g.uploads("a.txt", []byte("hello")); a.status != http.StatusInternalServerError {
		t.Errorf("with a scanner that does not answer: got %d %s, want a refusal", a.status, a.body)
	}
	h.scan.Store(&scan)
	g.keeps("a.txt", []byte("hello"))
}
