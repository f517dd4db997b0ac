package webhook

import (
	"fmt"
	"net/netip"
	"net/url"
)

// Config is the section "webhooks" of handoff.yaml.
type Config struct {
	OnClose string   `yaml:"on_close" mapstructure:"on_close" doc:"where a POST goes 30 seconds after a conversation was closed: https://…; plain http only to this machine or to a network in allow"`
	Secret  string   `yaml:"secret" mapstructure:"secret" doc:"what the requests are signed with; the other side checks it"`
	Allow   []string `yaml:"allow" mapstructure:"allow" doc:"networks of your own that on_close may lead to, such as 10.0.0.0/8; without them only public addresses are called"`
}

// Problem is one thing wrong with the settings. Key is the path below the
// section; Mend says what to do.
type Problem struct{ Key, Message, Mend string }

// Configured says that closes are reported.
func (c Config) Configured() bool { return c.OnClose != "" }

// Problems lists what is wrong.
func (c Config) Problems() []Problem {
	var out []Problem
	if _, p := c.target(); p != nil {
		out = append(out, *p)
	}
	if _, p := c.networks(); p != nil {
		out = append(out, *p)
	}
	if c.OnClose != "" && c.Secret == "" {
		out = append(out, Problem{"secret", "is missing, and the other side could not tell our requests from forged ones", "make one with openssl rand -hex 32 and keep it in the environment as HANDOFF_WEBHOOKS_SECRET"})
	}
	return out
}

// Host is where reports go, without the path, which may hold a secret.
func (c Config) Host() string {
	u, p := c.target()
	if p != nil || u == nil {
		return ""
	}
	return u.Host
}

// target reads the key "on_close"; nil when it is not set.
func (c Config) target() (*url.URL, *Problem) {
	const mend = "write an address such as https://crm.example.com/hooks/handoff"
	if c.OnClose == "" {
		if c.Secret != "" {
			return nil, &Problem{"on_close", "is missing, so the secret signs nothing", mend + ", or remove the section"}
		}
		return nil, nil
	}
	u, err := url.Parse(c.OnClose)
	switch {
	case err != nil, u.Hostname() == "", u.Scheme != "https" && u.Scheme != "http":
		return nil, &Problem{"on_close", "is not a web address", mend}
	case u.User != nil:
		return nil, &Problem{"on_close", "holds a login", "leave it out: the signature says who we are"}
	case u.Fragment != "":
		return nil, &Problem{"on_close", "has a part behind #, which is never sent", "remove it"}
	case u.Scheme == "http" && !isLoopback(u.Hostname()) && len(c.Allow) == 0:
		return nil, &Problem{"on_close", "is plain http, and what was said would travel in the clear", "write https://" + u.Host + ", or list your own network in webhooks.allow"}
	}
	return u, nil
}

func (c Config) networks() ([]netip.Prefix, *Problem) {
	var out []netip.Prefix
	for i, text := range c.Allow {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, &Problem{fmt.Sprintf("allow[%d]", i), fmt.Sprintf("%q is not a network", text), `write a range such as "10.0.0.0/8", or one address as "10.0.0.7/32"`}
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

// isLoopback says that a host is this machine, by its name alone.
func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}
