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

// A shadow's verdict is a fact; what it quotes is payload and can be blanked.
func TestShadowIsStoredBesideTheVerdict(t *testing.T) {
	d := Decided{On: 2, Act: "answer", Rule: "", Level: "balanced", Policy: "abc", Detectors: "3", ShadowExplain: "Restricted topic: “refund”",
		Shadow: &ShadowVerdict{Policy: "def", Act: "escalate", Rule: "topic/Refunds", Reason: "topic", Topic: "Refunds", Level: "quick", Priority: "high",
			Channel: "C0BILLING", Tags: []string{"money"}, Notify: true, Agents: []string{"S0BILL"}, Signals: []Signal{{Name: "restricted_topic:Refunds", Value: 1, Seq: 2, From: 4, To: 10}}}}
	facts, payload, err := EncodeBody(d)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"act":"answer","detectors":"3","level":"balanced","on":2,"policy":"abc","rule":"","shadow":{"policy":"def","act":"escalate","rule":"topic/Refunds",` +
		`"reason":"topic","topic":"Refunds","level":"quick","priority":"high","channel":"C0BILLING","tags":["money"],"notify":true,"agents":["S0BILL"],` +
		`"signals":[{"name":"restricted_topic:Refunds","value":1,"seq":2,"from":4,"to":10}]}}`
	if string(facts) != want || string(payload) != `{"shadow_explain":"Restricted topic: “refund”"}` {
		t.Errorf("facts %s\npayload %s", facts, payload)
	}
	if got, err := DecodeBody(KindDecided, facts, payload); err != nil || !reflect.DeepEqual(got, d) {
		t.Errorf("decoded %+v, %v", got, err)
	}
	if !d.Shadow.Differs() || len(d.ShadowSignals()) != 1 || (Decided{Shadow: &ShadowVerdict{Policy: "def"}}).ShadowSignals() != nil {
		t.Error("a verdict that differs has signals, one that does not has none")
	}
}
