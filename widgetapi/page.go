package widgetapi

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
)

// Bounds of what a site tells about its visitor.
const (
	maxTitle        = 120
	maxURL          = 1000
	maxContextKeys  = 20
	maxContextName  = 64
	maxContextValue = 200
)

// PageBody is where the visitor is. Query strings, fragments and credentials
// are cut off: they carry reset tokens and addresses.
type PageBody struct {
	URL      string `json:"url"`
	Title    string `json:"title"`
	Referrer string `json:"referrer"`
}

func (p PageBody) page() conversation.Page {
	return conversation.Page{URL: bareURL(p.URL), Title: cut(oneLine(p.Title), maxTitle), Referrer: bareURL(p.Referrer)}
}

// bareURL keeps scheme, host and path of a web address, or the path alone of a
// relative one; anything else is dropped.
func bareURL(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Opaque != "" {
		return ""
	}
	web := (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
	path := u.Scheme == "" && u.Host == "" && strings.HasPrefix(u.Path, "/")
	if !web && !path {
		return ""
	}
	bare := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	if out := oneLine(bare.String()); len(out) <= maxURL {
		return out
	}
	return (&url.URL{Scheme: u.Scheme, Host: cut(u.Host, 253), Path: "/"}).String()
}

// cleanContext checks and cleans what the site says of its visitor: a few short
// scalars by name.
func cleanContext(in map[string]any) (map[string]any, error) {
	if len(in) > maxContextKeys {
		return nil, invalid("The context has more than %d entries.", maxContextKeys)
	}
	var out map[string]any
	for name, value := range in {
		clean := oneLine(name)
		if clean == "" || utf8.RuneCountInString(clean) > maxContextName {
			return nil, invalid("A name in the context is empty or longer than %d characters.", maxContextName)
		}
		switch v := value.(type) {
		case string:
			if utf8.RuneCountInString(v) > maxContextValue {
				return nil, invalid("A value in the context is longer than %d characters.", maxContextValue)
			}
			value = markup.Clean(v)
		case bool, float64:
		default:
			return nil, invalid("A value in the context is not a string, a number or a boolean.")
		}
		if out == nil {
			out = make(map[string]any, len(in))
		}
		out[clean] = value
	}
	return out, nil
}

// oneLine cleans text that has to stay on one line.
func oneLine(s string) string { return strings.Join(strings.Fields(markup.Clean(s)), " ") }

// cut shortens to n characters.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}
