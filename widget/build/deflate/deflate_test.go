package deflate

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func opened(t *testing.T, packed []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestGzipIsReadByTheStandardLibrary(t *testing.T) {
	for _, text := range []string{
		"", "a", "aa", "abcabcabcabc", strings.Repeat("x", 100_000), strings.Repeat("0123456789", 7_000) + strings.Repeat("z", 300),
		string([]byte{0, 255, 0, 255, 1}), strings.Repeat("ab", 129) + "é…",
	} {
		if got := opened(t, Gzip([]byte(text))); string(got) != text {
			t.Errorf("%.20q of %d bytes: got %.20q of %d bytes", text, len(text), got, len(got))
		}
	}
}

func TestGzipIsShorterThanTheBestLevel(t *testing.T) {
	files, err := filepath.Glob("../../dist/*.js")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		packed := Gzip(text)
		if !bytes.Equal(opened(t, packed), text) {
			t.Errorf("%s: not the same", file)
		}
		var usual bytes.Buffer
		w, _ := gzip.NewWriterLevel(&usual, gzip.BestCompression)
		_, _ = w.Write(text)
		_ = w.Close()
		if len(packed) >= usual.Len() {
			t.Errorf("%s: got %d bytes, gzip %d", file, len(packed), usual.Len())
		}
		t.Logf("%s: %d, gzip %d", filepath.Base(file), len(packed), usual.Len())
	}
}

func FuzzGzip(f *testing.F) {
	f.Add([]byte("what is said is said again"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if !bytes.Equal(opened(t, Gzip(text)), text) {
			t.Error("not the same")
		}
	})
}

func TestACodeKeepsItsLimit(t *testing.T) {
	used := []int{1, 1}
	for len(used) < 40 { // each as often as the two before: the longest words there are
		used = append(used, used[len(used)-1]+used[len(used)-2])
	}
	room := 0
	for _, n := range code(used, 15) {
		if n < 1 || n > 15 {
			t.Fatalf("a word of %d bits", n)
		}
		room += 1 << (15 - n)
	}
	if room > 1<<15 {
		t.Errorf("words overlap: %d of %d", room, 1<<15)
	}
}
