package escalation

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// Text is what a visitor reads, by locale.
type Text = conversation.Text

// English makes a Text of English words; "" is the zero Text.
func English(words string) Text { return conversation.English(words) }

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
// string, [Ranges] from a string, an [Away] from its name, a holiday from a date. Its signature is that
// of mapstructure's DecodeHookFuncType.
func DecodeHook(_, to reflect.Type, data any) (any, error) {
	switch v := data.(type) {
	case string:
		switch to {
		case reflect.TypeFor[Text]():
			return English(v), nil
		case reflect.TypeFor[Ranges]():
			return splitRanges(v), nil
		case reflect.TypeFor[Away]():
			return Away{Way: v}, nil
		}
	case time.Time:
		if to.Kind() == reflect.String {
			return v.Format(time.DateOnly), nil
		}
	}
	return data, nil
}
