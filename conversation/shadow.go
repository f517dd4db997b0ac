package conversation

// ShadowVerdict is what a shadow policy decided beside the live one. Policy is
// the hash under which its text is stored. Act is empty when it decided the
// same; then nothing but Policy is set. Signals are what it saw, unless Same says
// that it saw what the live policy saw: see [Decided.ShadowSignals].
type ShadowVerdict struct {
	Policy   string   `json:"policy"`
	Act      string   `json:"act,omitempty"`
	Rule     string   `json:"rule,omitempty"`
	Reason   string   `json:"reason,omitempty"`
	Topic    string   `json:"topic,omitempty"`
	Level    string   `json:"level,omitempty"`
	Priority string   `json:"priority,omitempty"`
	Channel  string   `json:"channel,omitempty"`
	Tags     []string `json:"tags,omitempty"`
	Notify   bool     `json:"notify,omitempty"`
	Agents   []string `json:"agents,omitempty"`
	Same     bool     `json:"same_signals,omitempty"`
	Signals  []Signal `json:"signals,omitempty"`
}

// Differs says that the shadow policy decided otherwise. A nil verdict, of no
// shadow policy, does not.
func (v *ShadowVerdict) Differs() bool { return v != nil && v.Act != "" }

// ShadowSignals is what the shadow policy decided from, nil without a verdict
// that differs.
func (d Decided) ShadowSignals() []Signal {
	switch {
	case !d.Shadow.Differs():
		return nil
	case d.Shadow.Same:
		return d.Signals
	}
	return d.Shadow.Signals
}
