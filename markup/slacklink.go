package markup

import (
	"cmp"
	"net/url"
	"strings"
)

// agentLink is a link an agent wrote. Agents may link anywhere, but a visitor cannot open Slack's own addresses,
// and they carry ids: of those only a label that says something stays.
func agentLink(address, label string, style Text) Inline {
	label = oneLine(Clean(label))
	u, ok := safeURL(Clean(address))
	if ok && u.Scheme == "tel" { // Slack makes one of every number; it reads the same as text
		return styled(cmp.Or(label, u.Opaque), style)
	}
	switch {
	case ok && !isSlackHost(u):
		return newLink(u, label)
	case ok || strings.HasPrefix(strings.ToLower(address), "slack:"):
		if label == "" || strings.Contains(label, "://") || strings.Contains(label, "slack.com") {
			label = "internal link"
		}
		return styled(label, style)
	case label == "":
		return styled(oneLine(Clean(strings.TrimPrefix(address, "tel:"))), style)
	}
	return styled(label, style)
}

func isSlackHost(u *url.URL) bool {
	host := linkHost(u)
	for _, domain := range []string{"slack.com", "slack-gov.com", "slack-files.com"} {
		if host == domain || strings.HasSuffix(host, "."+domain) {
			return u.Scheme != "mailto" && hasWorkspace(host, domain)
		}
	}
	return false
}

// hasWorkspace is true for acme.slack.com and app.slack.com, false for Slack's public pages.
func hasWorkspace(host, domain string) bool {
	switch strings.TrimSuffix(strings.TrimSuffix(host, domain), ".") {
	case "", "www", "api", "status":
		return domain == "slack-files.com"
	}
	return true
}
