package app

import (
	"testing"
	"time"
)

func TestScanner(t *testing.T) {
	if Scanner(nil) != nil {
		t.Error("no program: got a scanner")
	}
	scan := Scanner([]string{"testdata/scan.sh"})
	for text, want := range map[string]struct{ clean, fails bool }{
		"a parcel":       {clean: true},
		"an EICAR file":  {},
		"this is BROKEN": {fails: true},
	} {
		clean, err := scan(t.Context(), []byte(text))
		if clean != want.clean || (err != nil) != want.fails {
			t.Errorf("%q: got %v, %v; want %+v", text, clean, err, want)
		}
	}
	if _, err := Scanner([]string{"testdata/none.sh"})(t.Context(), nil); err == nil {
		t.Error("a program that is not there: got no error")
	}
	began := time.Now()
	if clean, err := Scanner([]string{"sh", "-c", "head -c 1 >/dev/null"})(t.Context(), make([]byte, 4<<20)); clean && err != nil || time.Since(began) > scanPatience {
		t.Errorf("a program that does not read to the end: got %v, %v", clean, err)
	}
}
