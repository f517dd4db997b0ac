package escalation

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"
)

// Text is what a visitor reads, by locale ("en", "de", "pt-BR"). In YAML it is
// a string, which is English, or a map by locale. The zero Text is empty.
type Text map[string]string

// English makes a Text of English words; "" is the zero Text.
func English(words string) Text {
	if words == "" {
		return nil
	}
	return Text{"en": words}
}

// In returns the words for locale: the locale itself, then its language, then
// English, then "". Case and "_" for "-" do not matter.
func (t Text) In(locale string) string {
	want := strings.ToLower(strings.ReplaceAll(locale, "_", "-"))
	language, _, _ := strings.Cut(want, "-")
	for _, key := range []string{want, language, "en"} {
		for have, words := range t {
			if strings.ToLower(strings.ReplaceAll(have, "_", "-")) == key && key != "" {
				return words
			}
		}
	}
	return ""
}

// UnmarshalYAML reads a string or a map by locale.
func (t *Text) UnmarshalYAML(decode func(any) error) error {
	var words string
	if err := decode(&words); err == nil {
		*t = English(words)
		return nil
	}
	byLocale := map[string]string{}
	if err := decode(&byLocale); err != nil {
		return err
	}
	*t = byLocale
	return nil
}

// UnmarshalJSON reads a string or a map by locale.
func (t *Text) UnmarshalJSON(raw []byte) error {
	return t.UnmarshalYAML(func(v any) error { return json.Unmarshal(raw, v) })
}

// Ranges are times of day, "09:00-12:30". In YAML they are a list, or one
// string with commas.
type Ranges []string

// UnmarshalYAML reads a string or a list.
func (r *Ranges) UnmarshalYAML(decode func(any) error) error {
	var one string
	if err := decode(&one); err == nil {
		*r = splitRanges(one)
		return nil
	}
	var list []string
	if err := decode(&list); err != nil {
		return err
	}
	*r = list
	return nil
}

// UnmarshalJSON reads a string or a list.
func (r *Ranges) UnmarshalJSON(raw []byte) error {
	return r.UnmarshalYAML(func(v any) error { return json.Unmarshal(raw, v) })
}

func splitRanges(s string) Ranges {
	var r Ranges
	for part := range strings.SplitSeq(s, ",") {
		r = append(r, strings.TrimSpace(part))
	}
	return r
}

// DecodeHook lets mapstructure read this package's types: a [Text] from a
// string, [Ranges] from a string, a holiday from a date. Its signature is that
// of mapstructure's DecodeHookFuncType.
func DecodeHook(_, to reflect.Type, data any) (any, error) {
	switch v := data.(type) {
	case string:
		switch to {
		case reflect.TypeFor[Text]():
			return English(v), nil
		case reflect.TypeFor[Ranges]():
			return splitRanges(v), nil
		}
	case time.Time:
		if to.Kind() == reflect.String {
			return v.Format(time.DateOnly), nil
		}
	}
	return data, nil
}
