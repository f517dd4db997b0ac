package widgetapi

import (
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// Config is one snapshot of the settings the door works by. It is read once per
// request, so that a reload takes effect at the next one.
type Config struct {
	Server ServerConfig
	Limits Limits
	Widget WidgetConfig
	// Level is the house's handoff.level; a key's own level wins.
	Level       string
	HumanButton HumanButton
	// ReopenWithin is how long after its end a visitor's line reopens a
	// conversation.
	ReopenWithin time.Duration
	// ShowAgent says how agents are named to the visitor: first_name (also when
	// empty), display_name, team.
	ShowAgent string
	// Mail says that mails are sent: an address can be proved by a code.
	Mail bool
	// PrivacyURL is linked in the widget; empty for none.
	PrivacyURL string
}

// ServerConfig is the section "server".
type ServerConfig struct {
	Addr           string   `yaml:"addr" mapstructure:"addr" doc:"where the public listener listens: widget, API, /healthz"`
	AdminAddr      string   `yaml:"admin_addr" mapstructure:"admin_addr" doc:"where /metrics, the detailed /healthz and /debug listen; never public"`
	PublicURL      string   `yaml:"public_url" mapstructure:"public_url" doc:"the address visitors' browsers reach the public listener at, scheme and host"`
	TrustedProxies []string `yaml:"trusted_proxies" mapstructure:"trusted_proxies" doc:"CIDRs of proxies whose X-Forwarded-For is believed"`
}

// WidgetConfig is the section "widget".
type WidgetConfig struct {
	Keys     []Key               `yaml:"keys" mapstructure:"keys" doc:"the sites that may show the widget, one key each"`
	Title    conversation.Text   `yaml:"title" mapstructure:"title" doc:"the name in the widget's header"`
	Greeting conversation.Text   `yaml:"greeting" mapstructure:"greeting" doc:"the first line the visitor reads"`
	Starters []conversation.Text `yaml:"starters" mapstructure:"starters" doc:"questions offered as buttons in an empty chat"`
	Locale   string              `yaml:"locale" mapstructure:"locale" doc:"auto, which goes by the visitor's browser, or a language tag such as en or de"`
	Accent   string              `yaml:"accent" mapstructure:"accent" doc:"the one colour, #rrggbb"`
}

// Key is one site.
type Key struct {
	Key            string   `yaml:"key" mapstructure:"key" doc:"the public key, pk_…, in the site's script tag"`
	Origins        []string `yaml:"origins" mapstructure:"origins" doc:"the site's origins, https://www.example.com; *.example.com matches one label"`
	Identity       string   `yaml:"identity" mapstructure:"identity" doc:"none: visitors stay anonymous; optional: the site may say who a visitor is, by a signed token; required: without one nothing is let through"`
	IdentitySecret []string `yaml:"identity_secret" mapstructure:"identity_secret" doc:"keys of the site's tokens: a shared secret of at least 32 bytes (HS256), or a public key as PEM (ES256, RS256); the first is the one to sign with, all verify"`
	Level          string   `yaml:"level" mapstructure:"level" doc:"the escalation level of this site; empty for the house's"`
}

// HumanButton says when the widget offers its button by itself.
type HumanButton struct {
	AfterAnswers int  `json:"after_answers" yaml:"after_answers" mapstructure:"after_answers" doc:"the chip appears after this many answers of the bot"`
	Strict       bool `json:"strict" yaml:"strict" mapstructure:"strict" doc:"refuse the button before that, too"`
}

// Problem is a setting that cannot stand. Key is the dotted path below the
// section, Message says what is wrong, Mend what to write instead.
type Problem struct{ Key, Message, Mend string }

// ServerDefaults returns the section "server" as it is when nothing is set.
func ServerDefaults() ServerConfig {
	return ServerConfig{Addr: ":8080", AdminAddr: "127.0.0.1:9090"}
}

// WidgetDefaults returns the section "widget" as it is when nothing is set. It
// has no key, and a house needs one.
func WidgetDefaults() WidgetConfig {
	return WidgetConfig{Title: conversation.English("Support"), Greeting: conversation.English("Hi! Ask me anything."), Locale: "auto", Accent: "#3B4FD8"}
}

// Problems checks the section "server".
func (c ServerConfig) Problems() []Problem {
	var out []Problem
	if c.Addr == "" {
		out = append(out, Problem{"addr", "is empty", `write the address to listen on, such as ":8080"`})
	}
	if c.PublicURL != "" {
		out = append(out, publicURLProblems(c.PublicURL)...)
	}
	for i, cidr := range c.TrustedProxies {
		if _, err := netip.ParsePrefix(cidr); err != nil {
			out = append(out, Problem{fmt.Sprintf("trusted_proxies[%d]", i), fmt.Sprintf("%q is not a CIDR", cidr), `write a range such as "10.0.0.0/8", or one address as "10.0.0.7/32"`})
		}
	}
	return out
}

func publicURLProblems(s string) []Problem {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return []Problem{{"public_url", fmt.Sprintf("%q is not a web address", s), "write it as https://chat.example.com"}}
	}
	if u.Scheme == "http" && !isLoopback(u.Hostname()) {
		return []Problem{{"public_url", "is plain http, and visitors' tokens would travel in the clear", "put TLS in front and write https://" + u.Host}}
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return []Problem{{"public_url", "is more than a scheme and a host, and the widget calls this server at the root of its host",
			"give it a host of its own and write " + u.Scheme + "://" + u.Host}}
	}
	return nil
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && addr.IsLoopback())
}

// Problems checks the section "widget".
func (c WidgetConfig) Problems() []Problem {
	var out []Problem
	if len(c.Keys) == 0 {
		out = append(out, Problem{"keys", "has no widget key, so no site can show the chat", "add a key with the origins of your site: - {key: pk_live_shop, origins: [https://www.example.com]}"})
	}
	seen := map[string]bool{}
	for i, k := range c.Keys {
		at := fmt.Sprintf("keys[%d]", i)
		if seen[k.Key] {
			out = append(out, Problem{at + ".key", fmt.Sprintf("%q is there twice", k.Key), "give each site a key of its own"})
		}
		seen[k.Key] = true
		out = append(out, k.problems(at)...)
	}
	if !accent.MatchString(c.Accent) {
		out = append(out, Problem{"accent", fmt.Sprintf("%q is not a colour", c.Accent), `write six hex digits, such as "#3B4FD8"`})
	}
	if c.Locale != localeAuto && !conversation.IsLocale(c.Locale) {
		out = append(out, Problem{"locale", fmt.Sprintf("%q is not a language tag", c.Locale), "write auto, or a tag such as en or pt-BR"})
	}
	return append(out, c.textProblems()...)
}

// textProblems finds words under a locale that no visitor can have.
func (c WidgetConfig) textProblems() []Problem {
	texts := map[string]conversation.Text{"title": c.Title, "greeting": c.Greeting}
	for i, s := range c.Starters {
		texts[fmt.Sprintf("starters[%d]", i)] = s
	}
	var out []Problem
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		for _, locale := range slices.Sorted(maps.Keys(texts[key])) {
			if !conversation.IsLocale(strings.ReplaceAll(locale, "_", "-")) {
				out = append(out, Problem{key + "." + locale, fmt.Sprintf("%q is not a language tag, so nobody would read the words", locale), "write a tag such as en or pt-BR"})
			}
		}
	}
	return out
}

var (
	accent    = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)
	publicKey = regexp.MustCompile(`^pk_[A-Za-z0-9_-]{1,60}$`)
)

// levels are the names a key may override the house's level with.
var levels = []string{"", "ai_only", "quick", "balanced", "ai_first", "human_only"}

func (k Key) problems(at string) []Problem {
	var out []Problem
	switch {
	case strings.HasPrefix(k.Key, "sk_"):
		out = append(out, Problem{at + ".key", "starts with sk_, which marks a secret, and this key is public", "use a public key that starts with pk_"})
	case !publicKey.MatchString(k.Key):
		out = append(out, Problem{at + ".key", fmt.Sprintf("%q is not a widget key", k.Key), "use pk_ followed by letters, digits, - and _"})
	}
	if len(k.Origins) == 0 {
		out = append(out, Problem{at + ".origins", "is empty, so every browser is refused", "list the site's origins, such as https://www.example.com"})
	}
	for i, o := range k.Origins {
		if _, err := parseOriginPattern(o); err != nil {
			out = append(out, Problem{fmt.Sprintf("%s.origins[%d]", at, i), fmt.Sprintf("%q %v", o, err), "write scheme, host and, if unusual, port: https://www.example.com"})
		}
	}
	out = append(out, k.identityProblems(at)...)
	if !slices.Contains(levels, k.Level) {
		out = append(out, Problem{at + ".level", fmt.Sprintf("%q is not a level", k.Level), "use one of " + strings.Join(levels[1:], ", ")})
	}
	return out
}

func notYet(key, what, mend string) Problem {
	return Problem{key, what + " is not in this version", mend}
}

// key finds a site by its public key.
func (c Config) key(public string) (Key, bool) {
	for _, k := range c.Widget.Keys {
		if k.Key == public && public != "" {
			return k, true
		}
	}
	return Key{}, false
}

// level is the level that holds for a site.
func (c Config) level(k Key) string {
	if k.Level != "" {
		return k.Level
	}
	return c.Level
}
