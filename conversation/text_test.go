package conversation

import (
	"encoding/json"
	"testing"
)

func TestTextInALocale(t *testing.T) {
	both := Text{"en": "Hello", "de": "Hallo"}
	for _, c := range []struct {
		text    Text
		locales []string
		want    string
	}{
		{both, nil, "Hello"},
		{both, []string{""}, "Hello"},
		{both, []string{"de"}, "Hallo"},
		{both, []string{"de-AT"}, "Hallo"},
		{both, []string{"DE_at"}, "Hallo"},
		{both, []string{"fr", "de"}, "Hallo"},
		{both, []string{"fr"}, "Hello"},
		{both, []string{"d"}, "Hello"},
		{both, []string{"den"}, "Hello"},
		{Text{"pt-BR": "Oi", "de": "Hallo"}, []string{"pt-PT"}, "Oi"},
		{Text{"pt-BR": "Oi", "pt": "Olá"}, []string{"pt-PT"}, "Olá"},
		{Text{"pt-BR": "Oi", "pt": "Olá"}, []string{"pt-br"}, "Oi"},
		{Text{"fr": "Salut", "de": "Hallo"}, []string{"nl"}, "Hallo"},
		{Text{"en-GB": "Hullo", "de": "Hallo"}, []string{"nl"}, "Hullo"},
		{English("Hello"), []string{"de"}, "Hello"},
		{nil, []string{"de"}, ""},
	} {
		for range 5 { // a map has no order
			if got := c.text.In(c.locales...); got != c.want {
				t.Errorf("%v in %q = %q, want %q", c.text, c.locales, got, c.want)
			}
		}
	}
}

func TestTextFromJSON(t *testing.T) {
	for raw, want := range map[string]string{`"Hello"`: "Hello", `{"de": "Hallo"}`: "Hallo", `""`: ""} {
		var text Text
		if err := json.Unmarshal([]byte(raw), &text); err != nil || text.In("de") != want {
			t.Errorf("%s: %v, %v; want %q", raw, text, err, want)
		}
	}
	var text Text
	if err := json.Unmarshal([]byte(`["Hello"]`), &text); err == nil {
		t.Error("a list is taken for a text")
	}
}

func TestIsLocale(t *testing.T) {
	for tag, want := range map[string]bool{
		"en": true, "de-AT": true, "zh-Hant-TW": true, "gsw": true, "es-419": true,
		"": false, "e": false, "english language": false, "de_AT": false, "de-": false, "4x": false, "en\n": false, "deutschland": false,
		"aa-bbbbbbbb-cccccccc-dddddddd-eeeeeeee": false,
	} {
		if got := IsLocale(tag); got != want {
			t.Errorf("IsLocale(%q) = %v, want %v", tag, got, want)
		}
	}
}
