package conversation

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Text is words of the operator's that a visitor reads, by locale ("en", "de",
// "pt-BR"). In YAML and JSON it is a string, which is English, or a map by
// locale. The zero Text is empty.
type Text map[string]string

// English makes a Text of English words; "" is the zero Text.
func English(words string) Text {
	if words == "" {
		return nil
	}
	return Text{"en": words}
}

// In returns the words for the first of the locales that there are words for:
// in the locale itself, in its language, or in that language elsewhere ("pt"
// finds "pt-BR"). When there are none it returns the English words, and without
// those the first by the alphabet: words in another language say more than
// none. Case and "_" for "-" do not matter, and an empty locale is passed over.
func (t Text) In(locales ...string) string {
	have := slices.Sorted(maps.Keys(t))
	for _, l := range append(slices.Clone(locales), "en") {
		if key, ok := match(have, l); ok {
			return t[key]
		}
	}
	if len(have) == 0 {
		return ""
	}
	return t[have[0]]
}

// match finds the locale that comes nearest to want.
func match(have []string, want string) (string, bool) {
	if want = canonical(want); want == "" {
		return "", false
	}
	language, _, _ := strings.Cut(want, "-")
	for _, near := range []func(have string) bool{
		func(have string) bool { return have == want },
		func(have string) bool { return have == language },
		func(have string) bool { return strings.HasPrefix(have, language+"-") },
	} {
		if i := slices.IndexFunc(have, func(h string) bool { return near(canonical(h)) }); i >= 0 {
			return have[i], true
		}
	}
	return "", false
}

func canonical(locale string) string { return strings.ToLower(strings.ReplaceAll(locale, "_", "-")) }

// IsLocale says whether a string has the form of a language tag (BCP 47): a
// language of letters, and subtags of letters and digits behind it.
func IsLocale(tag string) bool {
	if len(tag) > 35 {
		return false
	}
	for i, sub := range strings.Split(tag, "-") {
		if sub == "" || len(sub) > 8 || (i == 0 && (len(sub) < 2 || strings.ContainsAny(sub, "0123456789"))) {
			return false
		}
		for _, c := range []byte(sub) {
			if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
				return false
			}
		}
	}
	return true
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
