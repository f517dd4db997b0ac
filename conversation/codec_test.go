package conversation

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

var update = flag.Bool("update", false, "write the golden file of a kind that has none")

// TestGolden keeps the stored form of each kind for ever: what is in the file
// must decode to the same body. A file is written once and never edited.
func TestGolden(t *testing.T) {
	for _, b := range everyBody {
		t.Run(string(b.kind()), func(t *testing.T) {
			facts, payload, err := EncodeBody(b)
			if err != nil {
				t.Fatal(err)
			}
			stored := bytes.Join([][]byte{facts, payload, nil}, []byte("\n"))
			path := filepath.Join("testdata", string(b.kind())+".golden")
			if _, err := os.Stat(path); *update && os.IsNotExist(err) {
				if err := os.WriteFile(path, stored, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(stored, want) {
				t.Errorf("stored form changed:\n%s\nwant:\n%s", stored, want)
			}
			lines := bytes.Split(want, []byte("\n"))
			got, err := DecodeBody(b.kind(), lines[0], lines[1])
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, b) {
				t.Errorf("decoded %+v, want %+v", got, b)
			}
		})
	}
}

func TestDecodeUnknownKind(t *testing.T) {
	if _, err := DecodeBody("surprise", nil, nil); err == nil {
		t.Error("no error for an unknown kind")
	}
	if _, err := DecodeBody(KindMessage, []byte("{"), nil); err == nil {
		t.Error("no error for broken facts")
	}
}
