package widgetapi

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDecodeStrict(t *testing.T) {
	for in, want := range map[string]string{
		`{"client_id":"a","text":"b"}`:           "",
		`{"client_id":"a","text":"b"} `:          "",
		`{}`:                                     "",
		`{"text":"\ud83d"}`:                      "",
		`{"Text":"b"}`:                           `the field "/Text" is unknown`,
		`{"text":"a","text":"b"}`:                "the body has a field twice",
		`{"text":"a","TEXT":"b"}`:                `the field "/TEXT" is unknown`,
		`{"files":[{"id":"a","name":"b"}]}`:      `the field "/files/0/name" is unknown`,
		`{"text":1}`:                             `the field "/text" has the wrong type`,
		`{"text":"a"}{}`:                         "the body is not valid JSON at byte 12",
		`[]`:                                     "the body is not a JSON object",
		``:                                       "the body is not a JSON object",
		"{\"text\":\"\xff\"}":                    "the body is not UTF-8",
		`{"text":` + strings.Repeat("[", 20000):  "the body nests deeper than 8 levels",
		`{"` + strings.Repeat("x", 100) + `":1}`: `the field "/` + strings.Repeat("x", 63) + `…" is unknown`,
		`{"text":"a",}`:                          "the body is not valid JSON at byte 11",
		`{"te` + "\u017f" + `t":"a"}`:            "the field \"/te\u017ft\" is unknown",
	} {
		var b MessageBody
		got := ""
		if err := decodeStrict([]byte(in), &b); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%.60s: got %q, want %q", in, got, want)
		}
	}
}

// Whatever is accepted is what every other strict reader would read.
func FuzzDecodeStrict(f *testing.F) {
	for _, seed := range []string{
		`{"client_id":"a","text":"b","files":[{"id":"x"}]}`, `{"text":"a","text":"b"}`, `{"TEXT":"a"}`, `{"text":"\ud83d\u0000"}`, `{"files":null}`,
		`[[[[[[[[[`, `{"a":{"a":{"a":{"a":1}}}}`, "{\"text\":\"\xff\"}", `{}{}`, `{"text":1e999}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var got MessageBody
		if decodeStrict(in, &got) != nil {
			return
		}
		if !utf8.Valid(in) || !utf8.ValidString(got.Text) || !json.Valid(in) {
			t.Fatalf("accepted %q as %+v", in, got)
		}
		var keys map[string]json.RawMessage
		if err := json.Unmarshal(in, &keys); err != nil {
			t.Fatalf("accepted %q, which is no object: %v", in, err)
		}
		for k := range keys {
			if k != "client_id" && k != "text" && k != "files" {
				t.Fatalf("accepted the key %q", k)
			}
		}
		var plain struct {
			Text string `json:"text"`
		}
		if err := json.Unmarshal(in, &plain); err != nil || plain.Text != got.Text {
			t.Fatalf("%q: got %q, encoding/json reads %q, %v", in, got.Text, plain.Text, err)
		}
	})
}

// An origin that is let in is, by its own parse, on the listed host.
func FuzzOrigin(f *testing.F) {
	for _, seed := range []string{shopOrigin, "https://eu.shop.example:8443", "https://www.shop.example.evil.com", "https://evil.com/.shop.example:8443", "https://www.shop.example@evil.com", "null", "https://a#.shop.example:8443", "https://\x00.shop.example:8443"} {
		f.Add(seed)
	}
	list := testConfig().Widget.Keys[0].Origins
	f.Fuzz(func(t *testing.T, origin string) {
		if _, err := parseOriginPattern(origin); err == nil && allows([]string{origin}, origin) && strings.ToLower(origin) != origin {
			t.Fatalf("%q matches itself though no browser sends it", origin)
		}
		if !allows(list, origin) {
			return
		}
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "https" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
			t.Fatalf("let in %q", origin)
		}
		label, wild := strings.CutSuffix(u.Host, ".shop.example:8443")
		if u.Host != "www.shop.example" && (!wild || label == "" || strings.Contains(label, ".")) {
			t.Fatalf("let in %q", origin)
		}
	})
}

func FuzzBareURL(f *testing.F) {
	for _, seed := range []string{"https://u:p@h/x?a=b#c", "/x?y", "//h", "javascript:alert(1)", "https://h/%0d%0aX", "https://h/\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got := bareURL(in)
		if strings.ContainsAny(got, "?#@\n\r\x00") && !strings.Contains(in, "%") && strings.ContainsAny(got, "?#\n\r\x00") {
			t.Fatalf("%q became %q", in, got)
		}
		if u, err := url.Parse(got); err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			t.Fatalf("%q became %q: %v", in, got, err)
		}
	})
}
