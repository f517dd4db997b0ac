package manifest

import (
	"slices"
	"strings"
	"testing"

	yaml "github.com/goccy/go-yaml"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// The workspace of the tests grants exactly what the manifest asks for, so that
// a missing scope fails there rather than at a customer's.
func TestManifestIsWhatTheTestsRunWith(t *testing.T) {
	if got, want := Scopes(true), fakeslack.ManifestScopes(); !slices.Equal(got, want) {
		t.Errorf("scopes = %v, want %v", got, want)
	}
	if got, want := Events(), fakeslack.ManifestEvents(); !slices.Equal(got, want) {
		t.Errorf("events = %v, want %v", got, want)
	}
}

type document struct {
	Features struct {
		Commands []struct{ URL string } `yaml:"slash_commands"`
	}
	OAuth struct {
		Scopes struct{ Bot []string }
	} `yaml:"oauth_config"`
	Settings struct {
		Events struct {
			URL string   `yaml:"request_url"`
			Bot []string `yaml:"bot_events"`
		} `yaml:"event_subscriptions"`
		Interactivity struct {
			URL string `yaml:"request_url"`
		}
		Socket bool `yaml:"socket_mode_enabled"`
	}
}

func render(t *testing.T, o Options) document {
	t.Helper()
	text, err := Render(o)
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err := yaml.Unmarshal([]byte(text), &d); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return d
}

func TestSocketModeNeedsNoAddress(t *testing.T) {
	d := render(t, Options{VisitorNames: true})
	if !d.Settings.Socket || d.Settings.Events.URL != "" || d.Features.Commands[0].URL != "" {
		t.Errorf("got %+v", d)
	}
	if len(d.OAuth.Scopes.Bot) != 20 || len(d.Settings.Events.Bot) != len(Events()) {
		t.Errorf("%d scopes, %d events", len(d.OAuth.Scopes.Bot), len(d.Settings.Events.Bot))
	}
}

func TestHTTPModeNamesItsThreeDoors(t *testing.T) {
	d := render(t, Options{HTTP: true, URL: "https://chat.example.com/"})
	got := []string{d.Settings.Events.URL, d.Settings.Interactivity.URL, d.Features.Commands[0].URL}
	want := []string{"https://chat.example.com/slack/events", "https://chat.example.com/slack/interactions", "https://chat.example.com/slack/commands"}
	if !slices.Equal(got, want) || d.Settings.Socket {
		t.Errorf("got %v, socket %v; want %v", got, d.Settings.Socket, want)
	}
	if slices.Contains(d.OAuth.Scopes.Bot, "chat:write.customize") {
		t.Error("asks for chat:write.customize without visitors' names")
	}
	for _, url := range []string{"", "chat.example.com", "http://chat.example.com"} {
		if _, err := Render(Options{HTTP: true, URL: url}); err == nil || !strings.Contains(err.Error(), "--url") {
			t.Errorf("%q: err = %v", url, err)
		}
	}
}
